package io.ownedlock.demo.fault;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;

/**
 * Which lock to lose, and when.
 *
 * @param seat whose lock
 * @param holdMillis how long to hold it before the end
 */
record FaultRequest(
        @NotBlank String seat, @Min(0) @Max(60_000) int holdMillis) {

    Duration hold() {
        return Duration.ofMillis(holdMillis);
    }
}
