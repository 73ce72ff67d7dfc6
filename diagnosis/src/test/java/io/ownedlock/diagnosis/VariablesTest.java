package io.ownedlock.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two runs look the same if they differ in nothing but this, and not if they differ in anything else. */
class VariablesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    since 2026-11-26T00:59:21.614Z, | since 2027-01-02T13:00:00.5+01:00,
                    WARN 13305 --- [shop] [1-auto-1-exec-2] x | WARN 7 --- [shop] [-auto-1-exec-14] x
                    on thread http-nio-127.0.0.1-auto-1-exec-2, | on thread http-nio-127.0.0.1-auto-1-exec-13,
                    REQUEST #35 'POST /' | REQUEST #7 'POST /'
                    {"id": 2, "name" | {"id": 69, "name"
                    {"id": "86a17470e16637f9" | {"id": "d7b865fcbe077a0f"
                    "incident": "053bbd11" | "incident": "3fc8bd25"
                    in a finally. Incident 053bbd11. | in a finally. Incident 3fc8bd25.
                    lock <42ed0ff> owned by "a" t@20 | lock <6dcfe9fc> owned by "a" t@4
                    is at app//shop.Gates.pass(Gates.java:29) | is at shop.Gates.pass(Gates.java:29)
                    {"locks": 3, "held" | {"locks": 12, "held"
                    synchronizer 0x00000000ffdb6868, | synchronizer 0x00000000f049fbe8,
                    """)
    void whatIsAnotherInEachRunIsNoDifference(String one, String other) {
        assertThat(Variables.without(one)).isEqualTo(Variables.without(other));
    }

    @Test
    void whereALineBreaksIsNoDifference() {
        assertThat(Variables.without("which had held it\n    since")).isEqualTo("which had held it since");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "waitersTold": 3 | "waitersTold": 0
                    "incidents": 2, | "incidents": 3,
                    Orders.cancel(Orders.java:24) | Orders.cancel(Orders.java:25)
                    no answer in 6 s | no answer in 2 s
                    HTTP/1.1 503 | HTTP/1.1 423
                    owned by "stock-import" t@33 | owned by "import" t@33
                    """)
    void anythingElseIsOne(String one, String other) {
        assertThat(Variables.without(one)).isNotEqualTo(Variables.without(other));
    }
}
