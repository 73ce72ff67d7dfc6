package io.ownedlock.demo;

import java.time.Duration;
import org.springframework.stereotype.Component;

@Component
class SleepingPause implements Pause {

    @Override
    public void of(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted at work", e);
        }
    }
}
