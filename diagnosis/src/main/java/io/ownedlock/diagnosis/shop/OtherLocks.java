package io.ownedlock.diagnosis.shop;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.integration.support.locks.DefaultLockRegistry;

/** Those of the JDK and of Spring Integration. */
@Configuration(proxyBeanMethods = false)
class OtherLocks {

    @Bean
    @Profile("reentrant")
    Locks reentrantLocks() {
        ConcurrentMap<String, Lock> locks = new ConcurrentHashMap<>();
        return (name, key) -> locks.computeIfAbsent(name + ":" + key, absent -> new ReentrantLock());
    }

    @Bean
    @Profile("integration")
    Locks locksOfSpringIntegration() {
        DefaultLockRegistry registry = new DefaultLockRegistry();
        return (name, key) -> registry.obtain(name + ":" + key);
    }
}
