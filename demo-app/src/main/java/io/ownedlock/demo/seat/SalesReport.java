package io.ownedlock.demo.seat;

import io.ownedlock.spring.OwnedLock;
import java.time.Instant;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

/** How many seats are sold. One count at a time is enough: who comes meanwhile does without, or takes the last one. */
@Service
public class SalesReport {

    private final Seats seats;
    private volatile Report last = new Report(0, Instant.EPOCH);

    SalesReport(Seats seats) {
        this.seats = seats;
    }

    /**
     * A count.
     *
     * @param sold how many seats were sold
     * @param countedAt when
     */
    public record Report(long sold, Instant countedAt) {}

    /** Counts from time to time; not while somebody counts. A run that gets stuck is a task that the next ones do not wait for. */
    @Scheduled(fixedRateString = "${box-office.count-every}")
    @OwnedLock(name = "report", whenHeld = OwnedLock.WhenHeld.SKIP)
    public void refresh() {
        last = new Report(seats.sold(), Instant.now());
    }

    /** Counts now, or falls back to the last count while somebody counts. */
    @OwnedLock(name = "report", whenHeld = OwnedLock.WhenHeld.FAIL, fallback = "last")
    public Report current() {
        refresh();
        return last;
    }

    /** The last count, whoever counts now. */
    public Report last() {
        return last;
    }
}
