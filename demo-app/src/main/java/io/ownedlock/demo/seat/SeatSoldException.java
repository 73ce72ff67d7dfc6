package io.ownedlock.demo.seat;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** Somebody else was faster. */
public class SeatSoldException extends ResponseStatusException {

    private static final long serialVersionUID = 1L;

    SeatSoldException(String seat) {
        super(HttpStatus.CONFLICT, "Seat " + seat + " is sold");
    }
}
