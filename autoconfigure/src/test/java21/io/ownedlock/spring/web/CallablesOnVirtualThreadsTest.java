package io.ownedlock.spring.web;

import org.junit.jupiter.api.Nested;
import org.springframework.test.context.TestPropertySource;

/** Where both the request and its callable have a virtual thread. */
class CallablesOnVirtualThreadsTest {

    @Nested
    @TestPropertySource(properties = "spring.threads.virtual.enabled=true")
    class OnTomcat extends Callables {}

    @Nested
    @OnJetty
    @TestPropertySource(properties = "spring.threads.virtual.enabled=true")
    class OnTheOtherServer extends Callables {}
}
