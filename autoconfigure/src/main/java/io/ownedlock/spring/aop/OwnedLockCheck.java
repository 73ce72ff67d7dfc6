package io.ownedlock.spring.aop;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Reads the annotations of those beans that have not been made at start-up, lazy ones and those of a scope, so that their mistakes are
 * found all the same; and tells the registry what all of them say about it. Of a bean that is only known by an interface or an abstract
 * class, they are read when it is made. Of beans that have been made, it sees whether a fallback can be called on what has become of them.
 */
public final class OwnedLockCheck implements SmartInitializingSingleton {

    private final ConfigurableListableBeanFactory beans;
    private final ObjectProvider<OwnedLockAdvisor> advisor;

    /**
     * Makes the check.
     *
     * @param beans what to look at
     * @param advisor what reads annotations
     */
    public OwnedLockCheck(ConfigurableListableBeanFactory beans, ObjectProvider<OwnedLockAdvisor> advisor) {
        this.beans = beans;
        this.advisor = advisor;
    }

    /** @throws IllegalStateException if anything is wrong with an annotation; the message says where, and what */
    @Override
    public void afterSingletonsInstantiated() {
        OwnedLockAdvisor reader = advisor.getObject();
        List<Mistake> mistakes = new ArrayList<>();
        for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
            Class<?> type = typeOf(name);
            if (type != null && !Modifier.isAbstract(type.getModifiers())) {
                try {
                    reader.read(type);
                    Object made = beans.getSingleton(name);
                    if (made != null && AopUtils.isJdkDynamicProxy(made)) {
                        mistakes.addAll(reader.mistakes(type, made.getClass()));
                    }
                } catch (InvalidOwnedLockException e) {
                    mistakes.addAll(e.mistakes());
                }
            }
        }
        if (!mistakes.isEmpty()) {
            throw new InvalidOwnedLockException(mistakes.stream().distinct().toList());
        }
        reader.configureRegistry();
    }

    private @Nullable Class<?> typeOf(String name) {
        try {
            return AutoProxyUtils.determineTargetClass(beans, name);
        } catch (RuntimeException | LinkageError e) {
            // Not known before it is made; its annotations are read then.
            return null;
        }
    }
}
