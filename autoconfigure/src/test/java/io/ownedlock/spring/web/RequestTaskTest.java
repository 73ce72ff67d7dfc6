package io.ownedlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Eventually;
import io.ownedlock.sync.LockState;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.ExitHook;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskEnd;
import io.ownedlock.task.TaskKind;
import io.ownedlock.task.TaskState;
import io.ownedlock.time.Ticker;
import io.ownedlock.watchdog.Watchdog;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** What no container does on demand. */
class RequestTaskTest {

    private final RequestTaskFilter filter = new RequestTaskFilter();
    private final MockHttpServletRequest request = request("GET");
    private final TaskLock lock = LockRegistry.builder().build().obtain("order", 42);
    private final Watchdog watchdog = new Watchdog(Ticker.system(), List.of(lock::inspectOwners));

    @AfterEach
    void nothingStaysBehind() throws Exception {
        Task left = Task.current();
        assertThat(left.kind()).isEqualTo(TaskKind.THREAD);
    }

    @Test
    void anEndWithAVisitInsideWaitsForIt() throws Exception {
        Ends ends = new Ends();
        Task task = dispatch(filter, () -> {
            lock.lock();
            Task.current().add(ends);
            request.startAsync();
        });
        MockAsyncContext async = (MockAsyncContext) request.getAsyncContext();
        assertThat(task.state()).isEqualTo(TaskState.ACTIVE);

        request.setDispatcherType(DispatcherType.ASYNC);
        dispatch(filter, () -> {
            assertThat(Task.current()).isSameAs(task);
            async.complete();
            assertThat(task.state()).isEqualTo(TaskState.ENDING);
            assertThat(lock.isHeldByCurrentTask()).isTrue();
            assertThat(ends.seen).isEmpty();
        });

        assertThat(ends.seen).hasSize(1);
        assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
    }

    @Test
    void theEventOfTheEndMayComeTwice() throws Exception {
        Ends ends = new Ends();
        dispatch(filter, () -> {
            Task.current().add(ends);
            request.startAsync();
        });
        MockAsyncContext async = (MockAsyncContext) request.getAsyncContext();

        async.complete();
        async.complete();

        assertThat(ends.seen).extracting(TaskEnd::cause).containsExactly(TaskEnd.Cause.TOLD);
    }

    @Test
    void theErrorPageAfterTheEndIsATaskOfItsOwnWithTheRequestsName() throws Exception {
        Task first = dispatch(filter, () -> RequestTask.of(request).nameAfter(request, "/orders/{id}"));
        request.setDispatcherType(DispatcherType.ERROR);

        Task second = dispatch(filter, () -> {});

        assertThat(second).isNotSameAs(first);
        assertThat(second.name()).isEqualTo("GET /orders/{id}");
        assertThat(second.state()).isEqualTo(TaskState.ENDED);
    }

    @Test
    void aDispatchWithinADispatchIsInTheSameTask() throws Exception {
        dispatch(filter, () -> {
            Task outer = Task.current();
            assertThat(dispatch(filter, () -> {})).isSameAs(outer);
            assertThat(outer.state()).isEqualTo(TaskState.ACTIVE);
        });
    }

    @Test
    void aRequestServedWithinAnotherEndsNothingButItself() throws Exception {
        dispatch(filter, () -> {
            lock.lock();
            Task outer = Task.current();
            Task inner = dispatch(filter, request("PUT"), () -> {});
            assertThat(inner).isNotSameAs(outer);
            assertThat(inner.state()).isEqualTo(TaskState.ENDED);
            assertThat(Task.current()).isSameAs(outer);
            assertThat(lock.isHeldByCurrentTask()).isTrue();
        });
    }

    @Test
    void aDispatchThatFindsAnotherThreadInsideGetsATaskOfItsOwn() throws Exception {
        Task task = dispatch(filter, request::startAsync);
        MockAsyncContext async = (MockAsyncContext) request.getAsyncContext();
        CountDownLatch leave = new CountDownLatch(1);
        Thread worker = inside(task, leave);

        request.setDispatcherType(DispatcherType.ASYNC);
        request.setAsyncStarted(false);
        Task second = dispatch(filter, () -> {});

        assertThat(second).isNotSameAs(task);
        assertThat(second.state()).isEqualTo(TaskState.ENDED);
        assertThat(task.state()).isEqualTo(TaskState.ACTIVE);
        async.complete();
        assertThat(task.state()).isEqualTo(TaskState.ENDING);
        leave.countDown();
        worker.join();
        assertThat(task.state()).isEqualTo(TaskState.ENDED);
    }

    @Test
    void aThreadThatServesANewRequestEndsWhatItLeftBehind() throws Exception {
        Task left = dispatch(new Forgetful(), lock::lock);
        assertThat(left.state()).isEqualTo(TaskState.ACTIVE);

        dispatch(filter, request("PUT"), () -> {
            assertThat(left.ended()).isNotNull();
            assertThat(left.ended().cause()).isEqualTo(TaskEnd.Cause.MISSED);
            assertThat(lock.tryLock()).isTrue();
            assertThat(lock.predecessorAbandoned()).isTrue();
        });
    }

    @Test
    void aThreadThatServesTheSameRequestEndsWhatItLeftBehind() throws Exception {
        Task left = dispatch(new Forgetful(), request::startAsync);
        request.setDispatcherType(DispatcherType.ASYNC);
        request.setAsyncStarted(false);

        Task second = dispatch(filter, () -> {});

        assertThat(left.state()).isEqualTo(TaskState.ENDED);
        assertThat(second).isNotSameAs(left);
    }

    @Test
    void theWatchdogEndsWhatTheContainerHasForgotten() throws Exception {
        Task task = leaveAndForget();

        Eventually.until("the request was collected", () -> {
            System.gc();
            watchdog.run();
            return !task.isActive();
        });

        assertThat(task.ended()).isNotNull();
        assertThat(task.ended().cause()).isEqualTo(TaskEnd.Cause.MISSED);
        assertThat(lock.snapshot().state()).isEqualTo(LockState.FREE);
    }

    private Task leaveAndForget() throws Exception {
        MockHttpServletRequest forgotten = request("PUT");
        return dispatch(filter, forgotten, () -> {
            lock.lock();
            forgotten.startAsync();
        });
    }

    @Test
    void theWatchdogWaitsForWhatTheContainerHasNotForgotten() throws Exception {
        Task task = dispatch(filter, () -> {
            lock.lock();
            request.startAsync();
        });
        WeakReference<Object> garbage = new WeakReference<>(new Object());

        Eventually.until("garbage was collected", () -> {
            System.gc();
            watchdog.run();
            return garbage.get() == null;
        });

        assertThat(task.state()).isEqualTo(TaskState.ACTIVE);
        ((MockAsyncContext) request.getAsyncContext()).complete();
        assertThat(task.ended().cause()).isEqualTo(TaskEnd.Cause.TOLD);
    }

    @Test
    void theWatchdogDoesNotTakeTheLockFromTheRequestThatCallsIt() throws Exception {
        dispatch(filter, () -> {
            lock.lock();
            watchdog.run();
            assertThat(lock.isHeldByCurrentTask()).isTrue();
        });
    }

    @Test
    void theWatchdogSeesTheFilterFarDownTheStack() throws Exception {
        CountDownLatch deep = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Thread looking = Scenarios.beside(() -> {
            Scenarios.await(deep);
            watchdog.run();
            leave.countDown();
        });

        onAThreadOfItsOwn(() -> dispatch(filter, () -> {
            lock.lock();
            recurse(3000, deep, leave);
            assertThat(lock.isHeldByCurrentTask()).isTrue();
        }));

        looking.join();
    }

    private static void recurse(int depth, CountDownLatch deep, CountDownLatch leave) {
        if (depth > 0) {
            recurse(depth - 1, deep, leave);
        } else {
            deep.countDown();
            Scenarios.await(leave);
        }
    }

    @Test
    void theWatchdogLeavesAWorkerAloneThatIsInTheRequestsTask() throws Exception {
        Task task = dispatch(filter, () -> {
            lock.lock();
            request.startAsync();
        });
        CountDownLatch leave = new CountDownLatch(1);
        Thread worker = inside(task, leave);

        watchdog.run();

        assertThat(task.state()).isEqualTo(TaskState.ACTIVE);
        leave.countDown();
        worker.join();
        watchdog.run();
        assertThat(task.state()).isEqualTo(TaskState.ACTIVE);
        task.end();
    }

    @Test
    void anAttachmentThatTheApplicationForgotIsTold() throws Exception {
        onAThreadOfItsOwn(() -> {
            Task forgotten = Task.start("forgotten", TaskKind.CUSTOM);
            assertThatThrownBy(() -> dispatch(filter, () -> {
                        lock.lock();
                        forgotten.attach();
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("forgotten");
            assertThat(lock.snapshot().state()).isEqualTo(LockState.HELD);

            dispatch(filter, request("PUT"), () -> assertThat(lock.tryLock()).isTrue());
        });
    }

    private static Thread inside(Task task, CountDownLatch leave) {
        CountDownLatch entered = new CountDownLatch(1);
        Thread worker = Scenarios.beside(() -> {
            try (Attachment ignored = task.attach()) {
                entered.countDown();
                Scenarios.await(leave);
            }
        });
        Scenarios.await(entered);
        return worker;
    }

    /** One that begins where a container's thread does, which JUnit's may not. */
    private static void onAThreadOfItsOwn(Body body) throws Exception {
        FutureTask<Void> run = new FutureTask<>(() -> {
            body.run();
            return null;
        });
        new Thread(run).start();
        run.get();
    }

    private interface Body {
        void run() throws Exception;
    }

    private Task dispatch(RequestTaskFilter through, Body body) throws Exception {
        return dispatch(through, request, body);
    }

    /** One dispatch; returns the task it was in. */
    private static Task dispatch(RequestTaskFilter through, MockHttpServletRequest request, Body body)
            throws Exception {
        AtomicReference<Task> task = new AtomicReference<>();
        through.doFilter(request, new MockHttpServletResponse(), (req, res) -> {
            task.set(Task.current());
            try {
                body.run();
            } catch (IOException | ServletException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        return task.get();
    }

    private static MockHttpServletRequest request(String method) {
        MockHttpServletRequest request = new MockHttpServletRequest(method, "/orders/42");
        request.setAsyncSupported(true);
        return request;
    }

    private static final class Forgetful extends RequestTaskFilter {

        @Override
        void leave(RequestTask visited, @Nullable Throwable failure) {}
    }

    private static final class Ends extends ExitHook {

        final List<TaskEnd> seen = new ArrayList<>();

        @Override
        protected void onEnded(Task task, TaskEnd end) {
            seen.add(end);
        }
    }
}
