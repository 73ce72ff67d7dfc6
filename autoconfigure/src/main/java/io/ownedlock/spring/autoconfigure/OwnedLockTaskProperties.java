package io.ownedlock.spring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The starter's properties for what runs beside the requests.
 *
 * @param async Whether each run of an asynchronous method, or of what is submitted to an executor or a scheduler of Boot's, is a
 *     task of its own.
 * @param scheduled Whether each run of a scheduled method is a task of its own.
 * @param runners Whether each run of an application runner or command line runner is a task of its own.
 */
@ConfigurationProperties("owned-lock.tasks")
record OwnedLockTaskProperties(
        @DefaultValue("true") boolean async,
        @DefaultValue("true") boolean scheduled,
        @DefaultValue("true") boolean runners) {}
