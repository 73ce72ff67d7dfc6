package io.ownedlock.spring.task;

import java.lang.reflect.Method;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ClassUtils;

/** What tasks are called. A lambda is called what the class is called that it is written in. */
final class Names {

    private Names() {}

    static String of(Method method, Object target) {
        return ClassUtils.getShortName(AopUtils.getTargetClass(target)) + "." + method.getName();
    }

    /** After what a scheduled piece of work says of itself: {@code package.Type.method} if it is a method. */
    static String ofScheduled(Runnable work) {
        String text = work.toString();
        int identity = text.indexOf('@');
        if (identity >= 0) {
            return ClassUtils.getShortName(text.substring(0, identity));
        }
        int method = text.lastIndexOf('.');
        return method < 0 ? text : ClassUtils.getShortName(text.substring(0, method)) + text.substring(method);
    }
}
