package io.ownedlock.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.Hold;
import io.ownedlock.sync.LockState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** Who is shown keys, where Spring Security says who asks. */
@SpringBootTest(
        classes = SecuredApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.autoconfigure.exclude=${test.without-jetty}",
            "management.endpoints.web.exposure.include=ownedlocks",
            "management.endpoint.ownedlocks.roles=LOCKSMITH, ops"
        })
class EndpointRolesTest {

    private static final String SHOWN = "secret";
    private static final String MASKED = "******";

    @LocalServerPort
    private int port;

    @Autowired
    private LockRegistry registry;

    private Hold hold;

    @BeforeEach
    void take() {
        hold = registry.obtain("order", SHOWN).acquire();
    }

    @AfterEach
    void giveBack() {
        hold.close();
    }

    @Test
    void whoIsNotKnownIsTurnedAwayIfTheApplicationSaysSo() throws Exception {
        assertThat(EndpointClient.of(port).send("").statusCode()).isEqualTo(401);
        assertThat(keySeenBy("locksmith")).isEqualTo(SHOWN);
    }

    @Test
    void whoHasNoneOfTheRolesSeesNoKey() throws Exception {
        assertThat(keySeenBy("visitor")).isEqualTo(MASKED);
    }

    @Test
    void whoHasOneOfTheRolesSeesKeys() throws Exception {
        assertThat(keySeenBy("locksmith")).isEqualTo(SHOWN);
    }

    @Test
    void anAuthorityIsAsGoodAsARole() throws Exception {
        assertThat(keySeenBy("ops")).isEqualTo(SHOWN);
    }

    @Test
    void nothingCanBeDoneUnlessTheApplicationHasOpenedTheEndpointForIt() throws Exception {
        EndpointClient locksmith = EndpointClient.of(port).basic("locksmith");
        String id = locksmith.get("?name=order").at("/locks/rows/0/lock/id").asString();

        assertThat(locksmith
                        .post("/" + id, "{\"operation\": \"break-waiters\", \"why\": \"stuck\"}")
                        .statusCode())
                .isEqualTo(405);
        assertThat(registry.obtain("order", SHOWN).state()).isEqualTo(LockState.HELD);
    }

    @Nested
    @TestPropertySource(properties = "management.endpoint.ownedlocks.roles=")
    class WithoutRoles {

        @Test
        void whoIsKnownSeesKeys() throws Exception {
            assertThat(keySeenBy("visitor")).isEqualTo(SHOWN);
        }
    }

    @Nested
    @TestPropertySource(properties = "test.open=true")
    class OpenToEverybody {

        @Test
        void whoIsNotKnownIsLetInAndSeesNoKey() throws Exception {
            assertThat(keySeenBy(EndpointClient.of(port))).isEqualTo(MASKED);
            assertThat(keySeenBy("locksmith")).isEqualTo(SHOWN);
        }
    }

    private String keySeenBy(String user) throws Exception {
        return keySeenBy(EndpointClient.of(port).basic(user));
    }

    private static String keySeenBy(EndpointClient client) throws Exception {
        return client.get("?name=order").at("/locks/rows/0/lock/key").asString();
    }
}
