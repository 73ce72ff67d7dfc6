package io.ownedlock.spring.autoconfigure;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The starter's properties for the endpoint. Apart from the others, which have to do without the library that it comes from.
 *
 * @param exposeKeys When the endpoint shows the keys of locks. Otherwise they are masked.
 */
@ConfigurationProperties("owned-lock")
record OwnedLockEndpointProperties(
        @DefaultValue("when-authorized") Show exposeKeys) {}
