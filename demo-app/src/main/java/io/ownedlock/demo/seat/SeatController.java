package io.ownedlock.demo.seat;

import jakarta.validation.Valid;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The counter. Not a word about locks: what goes wrong with them is answered by the starter. */
@RestController
@RequestMapping("/api/seats")
class SeatController {

    private final Seats seats;
    private final BoxOffice boxOffice;
    private final SalesReport report;

    SeatController(Seats seats, BoxOffice boxOffice, SalesReport report) {
        this.seats = seats;
        this.boxOffice = boxOffice;
        this.report = report;
    }

    @GetMapping
    List<Seat> all() {
        return seats.all();
    }

    @GetMapping("/report")
    SalesReport.Report report() {
        return report.current();
    }

    @PostMapping("/{seat}/reservations")
    @ResponseStatus(HttpStatus.CREATED)
    Sale reserve(@PathVariable String seat, @Valid @RequestBody ReservationRequest request) {
        seats.check(seat);
        return boxOffice.reserve(seat, request.customer(), request.payTime());
    }
}
