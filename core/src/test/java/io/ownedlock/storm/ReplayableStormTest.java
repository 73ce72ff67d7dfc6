package io.ownedlock.storm;

import org.junit.jupiter.api.Test;

class ReplayableStormTest {

    @Test
    @org.junit.jupiter.api.Timeout(value = 1, unit = java.util.concurrent.TimeUnit.HOURS)
    void nobodyIsForgottenAndNeverAreTwoInside() {
        long first = Long.getLong("storm.seed", System.nanoTime());
        int storms = Integer.getInteger("storm.count", 500);
        for (long seed = first; seed < first + storms; seed++) {
            new Storm(seed).blow();
        }
    }
}
