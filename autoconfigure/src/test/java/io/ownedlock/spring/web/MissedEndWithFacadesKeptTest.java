package io.ownedlock.spring.web;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Nor does Tomcat if it is told to keep them: then they go on to serve other requests. */
@Import(MissedEndWithFacadesKeptTest.KeepFacades.class)
class MissedEndWithFacadesKeptTest extends MissedEndTest {

    @Override
    void forget() {
        System.gc();
    }

    @Configuration(proxyBeanMethods = false)
    static class KeepFacades {

        @Bean
        WebServerFactoryCustomizer<TomcatServletWebServerFactory> keepFacades() {
            return factory ->
                    factory.addConnectorCustomizers(connector -> connector.setProperty("discardFacades", "false"));
        }
    }
}
