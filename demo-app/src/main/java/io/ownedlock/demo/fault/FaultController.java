package io.ownedlock.demo.fault;

import io.ownedlock.demo.Pause;
import io.ownedlock.demo.seat.Seats;
import io.ownedlock.registry.LockRegistry;
import io.ownedlock.sync.TaskLock;
import jakarta.validation.Valid;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Takes the lock of a seat as code does that calls {@link LockRegistry} itself, and never gives it back. */
@RestController
@RequestMapping("/api/faults")
class FaultController {

    private static final long NO_TIME_OUT = 0;

    private final LockRegistry locks;
    private final Seats seats;
    private final Pause work;

    FaultController(LockRegistry locks, Seats seats, Pause work) {
        this.locks = locks;
        this.seats = seats;
        this.work = work;
    }

    /** An exception on its way past an {@code unlock} that is in no {@code finally}. */
    @PostMapping("/leak")
    void leak(@Valid @RequestBody FaultRequest request) {
        lockOf(request).acquire();
        work.of(request.hold());
        throw failure(request);
    }

    /** The same in an asynchronous request: its thread has long gone back to the pool when it fails. */
    @PostMapping("/async-leak")
    DeferredResult<Void> asyncLeak(@Valid @RequestBody FaultRequest request) {
        lockOf(request).acquire();
        DeferredResult<Void> result = new DeferredResult<>(NO_TIME_OUT);
        start("failing-", request, () -> {
            work.of(request.hold());
            result.setErrorResult(failure(request));
        });
        return result;
    }

    /** A thread of one's own that ends without a word. This request is answered as soon as that thread has the lock. */
    @PostMapping("/thread-death")
    @ResponseStatus(HttpStatus.ACCEPTED)
    CompletableFuture<@Nullable Void> threadDeath(@Valid @RequestBody FaultRequest request) {
        TaskLock lock = lockOf(request);
        CompletableFuture<@Nullable Void> taken = new CompletableFuture<>();
        start("doomed-", request, () -> {
            try {
                lock.acquire();
            } catch (RuntimeException e) {
                taken.completeExceptionally(e);
                return;
            }
            taken.complete(null);
            work.of(request.hold());
        });
        return taken;
    }

    private static void start(String prefix, FaultRequest request, Runnable body) {
        Thread thread = new Thread(body, prefix + request.seat());
        thread.setDaemon(true);
        thread.start();
    }

    private TaskLock lockOf(FaultRequest request) {
        seats.check(request.seat());
        return locks.obtain("seat", request.seat());
    }

    private static IllegalStateException failure(FaultRequest request) {
        return new IllegalStateException("Failed on purpose, with the lock of seat " + request.seat() + " in hand");
    }
}
