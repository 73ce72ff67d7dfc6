package io.ownedlock.spring.autoconfigure;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.aop.CallObserver;
import io.ownedlock.spring.aop.OwnedLockAdvisor;
import io.ownedlock.spring.aop.OwnedLockCheck;
import java.util.Map;
import java.util.function.Predicate;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/** Makes the annotation work, in this application context: Spring makes proxies of the beans of a context with its own advisors only. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnSwitch("owned-lock.aspect.enabled")
@EnableConfigurationProperties(OwnedLockAspectProperties.class)
@Import(AspectConfiguration.ProxyCreator.class)
class AspectConfiguration {

    private static final Bindable<Map<String, OwnedLockProperties.Settings>> LOCKS =
            Bindable.mapOf(String.class, OwnedLockProperties.Settings.class);

    /** Static and lazy: the advisor is needed before most beans, properties included, and must not make any of them early. */
    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    static OwnedLockAdvisor ownedLockAdvisor(
            ObjectProvider<LockRegistry> registry, ObjectProvider<CallObserver> observer, Environment environment) {
        Binder binder = Binder.get(environment);
        OwnedLockAspectProperties properties =
                binder.bindOrCreate("owned-lock.aspect", OwnedLockAspectProperties.class);
        Predicate<String> isKnown = properties.strict()
                ? binder.bind("owned-lock.locks", LOCKS).orElse(Map.of())::containsKey
                : name -> true;
        OwnedLockAdvisor advisor = new OwnedLockAdvisor(
                registry::getObject,
                () -> observer.getIfAvailable(() -> CallObserver.NONE),
                environment::resolveRequiredPlaceholders,
                isKnown);
        advisor.setOrder(properties.order());
        return advisor;
    }

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    static OwnedLockCheck ownedLockCheck(
            ConfigurableListableBeanFactory beans, ObjectProvider<OwnedLockAdvisor> advisor) {
        return new OwnedLockCheck(beans, advisor);
    }

    /**
     * Sees that there are proxies, as Spring's own {@code @Enable...} annotations do. Boot does it too, but not everywhere: without
     * AspectJ and with {@code spring.aop.proxy-target-class=false} methods would run without their lock, and nobody would know.
     */
    static final class ProxyCreator implements ImportBeanDefinitionRegistrar {

        @Override
        public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
            AopConfigUtils.registerAutoProxyCreatorIfNecessary(registry);
        }
    }
}
