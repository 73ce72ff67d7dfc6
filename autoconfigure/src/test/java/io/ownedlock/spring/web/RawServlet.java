package io.ownedlock.spring.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** What a servlet can do with the asynchronous part of a request, without Spring. */
final class RawServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        Trace trace = Trace.of(request);
        switch (request.getPathInfo()) {
            case "/end" -> response.getWriter().write("done");
            case "/throw" -> throw new IllegalStateException("thrown on purpose");
            case "/dispatch" -> dispatchLater(request, trace, "/raw/end");
            case "/dispatch-and-throw" -> dispatchLater(request, trace, "/raw/throw");
            case "/async-again" -> dispatchLater(request, trace, "/raw/dispatch");
            case "/async-again-and-complete" -> dispatchLater(request, trace, "/raw/complete");
            case "/throw-after-start" -> {
                request.startAsync();
                throw new IllegalStateException("thrown on purpose");
            }
            case "/complete" -> {
                AsyncContext async = request.startAsync();
                Scenarios.beside(() -> {
                    trace.whileTheRequestWaits();
                    async.complete();
                });
            }
            case "/complete-before-leaving" -> request.startAsync().complete();
            case "/complete-elsewhere-before-leaving" -> {
                AsyncContext async = request.startAsync();
                Scenarios.join(Scenarios.beside(async::complete));
            }
            case "/dispatch-before-leaving" -> request.startAsync().dispatch("/raw/end");
            case "/dispatch-elsewhere-before-leaving" -> {
                AsyncContext async = request.startAsync();
                Scenarios.join(Scenarios.beside(() -> async.dispatch("/raw/end")));
            }
            case "/timeout" -> request.startAsync().setTimeout(300);
            case "/timeout-dispatch" -> {
                AsyncContext async = request.startAsync();
                async.setTimeout(300);
                async.addListener(new OnTimeout(() -> async.dispatch("/raw/end")));
            }
            case "/timeout-complete" -> {
                AsyncContext async = request.startAsync();
                async.setTimeout(300);
                async.addListener(new OnTimeout(async::complete));
            }
            case "/start" -> {
                AsyncContext async = request.startAsync();
                async.start(() -> {
                    trace.whileTheRequestWaits();
                    async.complete();
                });
            }
            case "/error-later" -> {
                AsyncContext async = request.startAsync();
                Scenarios.beside(() -> {
                    trace.whileTheRequestWaits();
                    ((HttpServletResponse) async.getResponse()).setStatus(500);
                    async.complete();
                });
            }
            case "/forward" -> request.getRequestDispatcher("/raw/end").forward(request, response);
            case "/forward-to-mvc" -> request.getRequestDispatcher("/mvc/7/ok").forward(request, response);
            case "/include" -> request.getRequestDispatcher("/mvc/7/ok").include(request, response);
            default -> response.sendError(404);
        }
    }

    private static void dispatchLater(HttpServletRequest request, Trace trace, String path) {
        AsyncContext async = request.startAsync();
        Scenarios.beside(() -> {
            trace.whileTheRequestWaits();
            async.dispatch(path);
        });
    }

    private record OnTimeout(Runnable action) implements AsyncListener {

        @Override
        public void onTimeout(AsyncEvent event) {
            action.run();
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
