package io.ownedlock.spring.task;

import io.ownedlock.task.Task;
import io.ownedlock.task.TaskKind;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.CommandLineRunner;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Makes each run of an {@link ApplicationRunner} or a {@link CommandLineRunner} a task of kind {@link TaskKind#CUSTOM CUSTOM} with the
 * bean's name, nested in what the thread is in.
 *
 * <p>Boot tells when the first of them begins and the last is done, and nothing in between, so the beans become proxies. One that
 * cannot be a proxy, as it is final or has final methods, stays as it is, and runs as a part of its thread.
 */
public final class RunnerTasks implements BeanPostProcessor {

    private static final StaticMethodMatcherPointcut RUN = new StaticMethodMatcherPointcut() {
        @Override
        public boolean matches(Method method, Class<?> targetClass) {
            return method.getName().equals("run")
                    && method.getParameterCount() == 1
                    && (method.getParameterTypes()[0] == ApplicationArguments.class
                            || method.getParameterTypes()[0] == String[].class);
        }
    };

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!(bean instanceof ApplicationRunner || bean instanceof CommandLineRunner)) {
            return bean;
        }
        if (bean instanceof Advised proxied && !proxied.isFrozen()) {
            proxied.addAdvisor(0, asTask(beanName));
            return bean;
        }
        if (!canBeProxied(ClassUtils.getUserClass(bean))) {
            return bean;
        }
        ProxyFactory factory = new ProxyFactory(bean);
        factory.setProxyTargetClass(true);
        factory.addAdvisor(asTask(beanName));
        return factory.getProxy(bean.getClass().getClassLoader());
    }

    private static Advisor asTask(String beanName) {
        MethodInterceptor run =
                invocation -> Task.<@Nullable Object, Throwable>runInTask(beanName, invocation::proceed);
        return new DefaultPointcutAdvisor(RUN, run);
    }

    /**
     * A final method would see the proxy's empty fields. A lambda has none, and is proxied by its interface. What Spring has made of a
     * class of the application has final methods of its own, which do no harm.
     */
    private static boolean canBeProxied(Class<?> type) {
        if (ClassUtils.isLambdaClass(type)) {
            return true;
        }
        for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type, RunnerTasks::isOfInstance)) {
            if (Modifier.isFinal(method.getModifiers())) {
                return false;
            }
        }
        return !Modifier.isFinal(type.getModifiers());
    }

    private static boolean isOfInstance(Method method) {
        return method.getDeclaringClass() != Object.class
                && (method.getModifiers() & (Modifier.STATIC | Modifier.PRIVATE)) == 0;
    }
}
