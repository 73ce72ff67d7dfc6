package io.ownedlock.spring.web;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Eventually;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * An application that ends its requests in every way there is. Its timeouts are not shorter than they are since Jetty has been seen to lose
 * one of 10 ms.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({Scenarios.Mvc.class, Scenarios.Views.class})
class Scenarios {

    /** Work beside a request, in no task of the request's. */
    static Thread beside(Runnable work) {
        Thread thread = new Thread(work, "beside the request");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether interrupted or not, as work does that knows of no interrupts. */
    static void await(CountDownLatch latch) {
        Eventually.until("somebody lets go", () -> latch.getCount() == 0);
    }

    @Bean
    FilterRegistrationBean<Trace.TraceFilter> traceFilter(LockRegistry registry) {
        FilterRegistrationBean<Trace.TraceFilter> registration =
                new FilterRegistrationBean<>(new Trace.TraceFilter(registry));
        registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
        return registration;
    }

    @Bean
    ServletRegistrationBean<RawServlet> rawServlet() {
        return new ServletRegistrationBean<>(new RawServlet(), "/raw/*");
    }

    /** Thrown on purpose, and answered by a handler. */
    static final class HandledException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final String CHUNK = "x".repeat(1 << 16);
    private static final byte[] BYTES = CHUNK.getBytes(StandardCharsets.US_ASCII);

    @RestController
    @RequestMapping("/mvc/{id}")
    static class Mvc {

        @GetMapping("ok")
        String ok() {
            return "done";
        }

        @GetMapping("throw")
        String doThrow() {
            throw new IllegalStateException("thrown on purpose");
        }

        @GetMapping("throw-error")
        String doThrowError() {
            throw new StackOverflowError("thrown on purpose");
        }

        @GetMapping("handled")
        String handled() {
            throw new HandledException();
        }

        @ExceptionHandler
        String handle(HandledException e) {
            return "handled";
        }

        @GetMapping("send-error")
        void sendError(HttpServletResponse response) throws IOException {
            response.sendError(418);
        }

        @GetMapping("status")
        String status() {
            throw new ResponseStatusException(HttpStatus.CONFLICT);
        }

        @GetMapping("gone")
        void clientGone(HttpServletResponse response) throws IOException {
            writeUntilTheClientIsGone(response.getOutputStream());
        }

        @GetMapping("callable")
        Callable<String> callable(HttpServletRequest request) {
            Trace trace = Trace.of(request);
            return () -> {
                trace.whileTheRequestWaits();
                return "done";
            };
        }

        @GetMapping("callable-throw")
        Callable<String> callableThrow(HttpServletRequest request) {
            Trace trace = Trace.of(request);
            return () -> {
                trace.whileTheRequestWaits();
                throw new IllegalStateException("thrown on purpose");
            };
        }

        @GetMapping("callable-timeout")
        WebAsyncTask<String> callableTimeout(HttpServletRequest request) {
            Trace trace = Trace.of(request);
            return new WebAsyncTask<>(300, () -> {
                // Goes on after the time-out, and after the request.
                await(trace.goOn);
                return "too late";
            });
        }

        @GetMapping("deferred")
        DeferredResult<String> deferred(HttpServletRequest request) {
            DeferredResult<String> result = new DeferredResult<>();
            later(request, () -> result.setResult("done"));
            return result;
        }

        @GetMapping("deferred-at-once")
        DeferredResult<String> deferredAtOnce() {
            DeferredResult<String> result = new DeferredResult<>();
            result.setResult("done");
            return result;
        }

        @GetMapping("deferred-error")
        DeferredResult<String> deferredError(HttpServletRequest request) {
            DeferredResult<String> result = new DeferredResult<>();
            later(request, () -> result.setErrorResult(new IllegalStateException("failed on purpose")));
            return result;
        }

        @GetMapping("deferred-timeout")
        DeferredResult<String> deferredTimeout() {
            return new DeferredResult<>(300L);
        }

        @GetMapping("deferred-timeout-result")
        DeferredResult<String> deferredTimeoutResult() {
            return new DeferredResult<>(300L, "a result instead");
        }

        @GetMapping("deferred-gone")
        DeferredResult<String> deferredGone(HttpServletRequest request) {
            DeferredResult<String> result = new DeferredResult<>();
            Trace trace = Trace.of(request);
            later(request, () -> {
                await(trace.goOn);
                result.setResult(CHUNK.repeat(100));
            });
            return result;
        }

        @GetMapping("future")
        CompletableFuture<String> future(HttpServletRequest request) {
            CompletableFuture<String> result = new CompletableFuture<>();
            later(request, () -> result.complete("done"));
            return result;
        }

        @GetMapping("sse")
        SseEmitter sse(HttpServletRequest request) {
            SseEmitter emitter = new SseEmitter(0L);
            later(request, () -> {
                send(emitter, "one");
                send(emitter, "two");
                emitter.complete();
            });
            return emitter;
        }

        @GetMapping("sse-error")
        SseEmitter sseError(HttpServletRequest request) {
            SseEmitter emitter = new SseEmitter(0L);
            later(request, () -> {
                send(emitter, "one");
                emitter.completeWithError(new IllegalStateException("failed on purpose"));
            });
            return emitter;
        }

        @GetMapping("sse-timeout")
        SseEmitter sseTimeout() {
            return new SseEmitter(300L);
        }

        @GetMapping("sse-gone")
        SseEmitter sseGone(HttpServletRequest request) {
            return sendUntilTheClientIsGone(request, new SseEmitter(0L), () -> {});
        }

        @GetMapping("sse-gone-timeout")
        SseEmitter sseGoneTimeout(HttpServletRequest request) {
            return sendUntilTheClientIsGone(request, new SseEmitter(1000L), () -> {});
        }

        @GetMapping("sse-gone-complete")
        SseEmitter sseGoneComplete(HttpServletRequest request) {
            SseEmitter emitter = new SseEmitter(0L);
            return sendUntilTheClientIsGone(request, emitter, emitter::complete);
        }

        private static SseEmitter sendUntilTheClientIsGone(
                HttpServletRequest request, SseEmitter emitter, Runnable whenGone) {
            Trace trace = Trace.of(request);
            later(request, () -> {
                send(emitter, "one");
                await(trace.goOn);
                while (send(emitter, CHUNK)) {
                    // until it fails
                }
                whenGone.run();
            });
            return emitter;
        }

        @GetMapping("emitter")
        ResponseBodyEmitter emitter(HttpServletRequest request) {
            ResponseBodyEmitter emitter = new ResponseBodyEmitter();
            later(request, () -> {
                send(emitter, "one");
                emitter.complete();
            });
            return emitter;
        }

        @GetMapping("stream")
        StreamingResponseBody stream(HttpServletRequest request) {
            Trace trace = Trace.of(request);
            return out -> {
                trace.whileTheRequestWaits();
                out.write(BYTES);
            };
        }

        @GetMapping("stream-throw")
        StreamingResponseBody streamThrow(HttpServletRequest request) {
            Trace trace = Trace.of(request);
            return out -> {
                trace.whileTheRequestWaits();
                throw new IllegalStateException("thrown on purpose");
            };
        }

        @GetMapping("stream-gone")
        StreamingResponseBody streamGone() {
            return Mvc::writeUntilTheClientIsGone;
        }

        private static void later(HttpServletRequest request, Runnable work) {
            Trace trace = Trace.of(request);
            beside(() -> {
                trace.whileTheRequestWaits();
                work.run();
            });
        }

        private static boolean send(ResponseBodyEmitter emitter, String data) {
            try {
                emitter.send(data);
                return true;
            } catch (IOException | IllegalStateException gone) {
                return false;
            }
        }

        private static void writeUntilTheClientIsGone(OutputStream out) throws IOException {
            while (true) {
                out.write(BYTES);
                out.flush();
            }
        }
    }

    @Controller
    static class Views {

        @GetMapping("/mvc/{id}/forward")
        String forward() {
            return "forward:/mvc/8/ok";
        }

        @GetMapping("/mvc/{id}/forward-async")
        String forwardAsync() {
            return "forward:/mvc/8/deferred";
        }

        @GetMapping("/mvc/{id}/redirect")
        @ResponseBody
        void redirect(HttpServletResponse response) throws IOException {
            response.sendRedirect("/elsewhere");
        }
    }
}
