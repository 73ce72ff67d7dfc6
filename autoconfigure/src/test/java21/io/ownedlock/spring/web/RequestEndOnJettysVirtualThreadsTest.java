package io.ownedlock.spring.web;

import org.springframework.test.context.TestPropertySource;

/** The same where a request's thread is a virtual one, and really goes when the request does. */
@TestPropertySource(properties = "spring.threads.virtual.enabled=true")
class RequestEndOnJettysVirtualThreadsTest extends RequestEndOnJettyTest {}
