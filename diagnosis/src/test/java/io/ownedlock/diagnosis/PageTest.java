package io.ownedlock.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class PageTest {

    private final Page page = new Page("Prose.\n<!-- begin abba -->\nold\n<!-- end abba -->\nMore.\n");

    @Test
    void onlyWhatIsBetweenTheMarksIsReplaced() {
        assertThat(page.part(Incident.ABBA)).isEqualTo("old\n");
        assertThat(page.with(Incident.ABBA, "new\n").text())
                .isEqualTo("Prose.\n<!-- begin abba -->\nnew\n<!-- end abba -->\nMore.\n");
    }

    @Test
    void aMarkThatIsMissingIsNamed() {
        assertThatIllegalStateException()
                .isThrownBy(() -> page.part(Incident.DEAD_THREAD))
                .withMessageContaining("<!-- begin dead-thread -->");
    }
}
