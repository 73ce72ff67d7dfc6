package io.ownedlock.spring.web;

import org.junit.jupiter.api.Nested;

class ExcludedPathsTest {

    @Nested
    class OnTomcat extends Exclusions {}

    @Nested
    @OnJetty
    class OnTheOtherServer extends Exclusions {}
}
