package io.ownedlock.demo.seat;

import io.ownedlock.demo.Pause;
import io.ownedlock.spring.OwnedLock;
import java.time.Duration;
import org.springframework.stereotype.Service;

/**
 * Sells seats. Between the check that a seat is free and its sale a payment takes its time, and no constraint of the database
 * watches: only the lock stands between two buyers.
 */
@Service
public class BoxOffice {

    private final Seats seats;
    private final Pause payment;

    BoxOffice(Seats seats, Pause payment) {
        this.seats = seats;
        this.payment = payment;
    }

    /**
     * Sells a seat. One buyer of a seat at a time; buyers of different seats do not meet.
     *
     * @param payTime how long the payment takes
     * @throws SeatSoldException if somebody else has bought it
     */
    @OwnedLock(name = "seat", key = "#seat")
    public Sale reserve(String seat, String customer, Duration payTime) {
        if (!seats.salesOf(seat).isEmpty()) {
            throw new SeatSoldException(seat);
        }
        payment.of(payTime);
        return seats.sell(seat, customer);
    }
}
