package io.ownedlock.demo.seat;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** The hall has no such seat. */
public class UnknownSeatException extends ResponseStatusException {

    private static final long serialVersionUID = 1L;

    UnknownSeatException(String seat) {
        super(HttpStatus.NOT_FOUND, "There is no seat " + seat);
    }
}
