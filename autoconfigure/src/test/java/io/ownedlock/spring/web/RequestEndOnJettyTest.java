package io.ownedlock.spring.web;

/** On Jetty, which does not tell the end of an event stream whose client hangs up; see {@link SilentClientTest}. */
@OnJetty
class RequestEndOnJettyTest extends RequestEnds {}
