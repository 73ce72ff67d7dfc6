package io.ownedlock.spring.web;

import org.junit.jupiter.api.Test;

/** On Tomcat, which tells of one end more than Jetty does. */
class RequestEndTest extends RequestEnds {

    @Test
    void endsOnceWhenTheClientOfAnEventStreamHangsUp() throws Exception {
        endsOnceWhenTheClientHangsUp("/mvc/{id}/sse-gone");
    }
}
