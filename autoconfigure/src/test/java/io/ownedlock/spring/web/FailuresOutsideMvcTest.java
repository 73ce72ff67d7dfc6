package io.ownedlock.spring.web;

import org.junit.jupiter.api.Nested;

class FailuresOutsideMvcTest {

    @Nested
    class OnTomcat extends FailuresOutsideMvc {}

    @Nested
    @OnJetty
    class OnTheOtherServer extends FailuresOutsideMvc {}
}
