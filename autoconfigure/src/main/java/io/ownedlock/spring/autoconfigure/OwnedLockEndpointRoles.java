package io.ownedlock.spring.autoconfigure;

import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the endpoint has in common with those of Spring Boot that show secrets, under the same name.
 *
 * @param roles Roles used to determine whether a user is authorized to be shown keys and to operate on locks. When empty, all
 *     authenticated users are shown keys, and whoever may access the endpoint may operate.
 */
@ConfigurationProperties("management.endpoint.ownedlocks")
record OwnedLockEndpointRoles(@DefaultValue Set<String> roles) {}
