package io.ownedlock.spring.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ownedlock.registry.LockRegistry;
import io.ownedlock.spring.Call;
import io.ownedlock.sync.BrokenLockException;
import io.ownedlock.sync.TaskLock;
import io.ownedlock.task.Attachment;
import io.ownedlock.task.Task;
import io.ownedlock.task.TaskInfo;
import io.ownedlock.task.TaskKind;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.support.ExecutorChannelInterceptor;
import org.springframework.messaging.support.ExecutorSubscribableChannel;
import org.springframework.messaging.support.GenericMessage;

/** The examples of {@code docs/spring.md}. */
class MessageTasksTest {

    private final TaskLock lock = LockRegistry.builder().build().obtain("order", 42);
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch fail = new CountDownLatch(1);
    private final AtomicReference<Task> ran = new AtomicReference<>();

    /** For containers that take an advice, as those of RabbitMQ and Kafka do. */
    static class MessageAdvice implements MethodInterceptor {

        private final String queue;

        MessageAdvice(String queue) {
            this.queue = queue;
        }

        @Override
        public Object invoke(MethodInvocation invocation) throws Throwable {
            return Task.runBeside(queue, TaskKind.MESSAGE, invocation::proceed);
        }
    }

    /** For those that call before and after, on the same thread. */
    static class MessageInterceptor implements ExecutorChannelInterceptor {

        private final ThreadLocal<Attachment> inside = new ThreadLocal<>();

        @Override
        public Message<?> beforeHandle(Message<?> message, MessageChannel channel, MessageHandler handler) {
            inside.set(Task.start(channel.toString(), TaskKind.MESSAGE).attach());
            return message;
        }

        @Override
        public void afterMessageHandled(
                Message<?> message, MessageChannel channel, MessageHandler handler, Exception failure) {
            try (Attachment attachment = inside.get()) {
                inside.remove();
                attachment.task().end(failure);
            }
        }
    }

    @Test
    void anAdviceMakesEachMessageATask() throws Exception {
        ProxyFactory container = new ProxyFactory((MessageHandler) this::handle);
        container.addAdvice(new MessageAdvice("orders"));
        MessageHandler handler = (MessageHandler) container.getProxy();

        assertWaitersAreTold(() -> {
            assertThatThrownBy(() -> handler.handleMessage(new GenericMessage<>("42")))
                    .hasMessage("no such order");
            return null;
        });
    }

    @Test
    void soDoesAnInterceptor() throws Exception {
        ExecutorService container = Executors.newSingleThreadExecutor();
        ExecutorSubscribableChannel channel = new ExecutorSubscribableChannel(container);
        channel.setBeanName("orders");
        channel.addInterceptor(new MessageInterceptor());
        channel.subscribe(this::handle);

        assertWaitersAreTold(() -> channel.send(new GenericMessage<>("42")));
        assertThat(container.submit(Task::current).get().kind()).isEqualTo(TaskKind.THREAD);
        container.shutdownNow();
    }

    private void handle(Message<?> message) {
        ran.set(Task.current());
        lock.lock();
        held.countDown();
        try {
            fail.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        throw new IllegalArgumentException("no such order");
    }

    private void assertWaitersAreTold(java.util.concurrent.Callable<?> send) throws Exception {
        Call<?> sender = Call.start(send);
        held.await();
        Call<?> waiter = Call.start(lock::acquire).awaitParked();
        fail.countDown();
        assertThat(waiter.thrown())
                .isInstanceOf(BrokenLockException.class)
                .hasMessageContaining(ran.get().label())
                .hasRootCauseMessage("no such order");
        sender.get();
        assertThat(ran.get().name()).contains("orders");
        assertThat(ran.get().info()).returns(TaskKind.MESSAGE, TaskInfo::kind).returns(null, TaskInfo::parent);
        assertThat(ran.get().ended()).isNotNull();
    }
}
