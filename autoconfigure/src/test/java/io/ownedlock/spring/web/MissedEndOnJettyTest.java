package io.ownedlock.spring.web;

/** Jetty never takes a request object back. */
@OnJetty
class MissedEndOnJettyTest extends MissedEndTest {

    @Override
    void forget() {
        System.gc();
    }
}
