package io.ownedlock.spring.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.core.Ordered;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Makes what a handler leaves to another thread, a {@code Callable}, a {@code WebAsyncTask} or a {@code StreamingResponseBody}, a task
 * beside the request. Before the interceptors of the application, so that a lock that one of those takes is that task's.
 */
public final class CallableTasks implements WebMvcConfigurer, HandlerInterceptor {

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).order(Ordered.HIGHEST_PRECEDENCE);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        RequestTask task = RequestTask.of(request);
        if (task != null) {
            WebAsyncUtils.getAsyncManager(request)
                    .registerCallableInterceptor(CallableTasks.class, new CallableTask(task));
        }
        return true;
    }
}
