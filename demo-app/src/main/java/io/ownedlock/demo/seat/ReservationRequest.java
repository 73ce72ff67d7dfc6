package io.ownedlock.demo.seat;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a buyer sends.
 *
 * @param customer who buys
 * @param holdMillis how long the payment takes, and the seat stays locked; no time if left out
 */
record ReservationRequest(
        @NotBlank @Size(max = 200) String customer,
        @Min(0) @Max(60_000) @Nullable Integer holdMillis) {

    Duration payTime() {
        return holdMillis == null ? Duration.ZERO : Duration.ofMillis(holdMillis);
    }
}
