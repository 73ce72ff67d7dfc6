package io.ownedlock.demo.seat;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The hall's seats and the book of sales. Nothing in it stops a seat from being sold twice. */
@Repository
public class Seats {

    private final JdbcClient jdbc;

    Seats(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** All seats, row by row. */
    public List<Seat> all() {
        return jdbc.sql("""
                        select name, exists (select 1 from sale where sale.seat = name) as sold
                        from seat
                        order by row_name, number""")
                .query((row, i) ->
                        new Seat(row.getString("name"), row.getBoolean("sold") ? Seat.State.SOLD : Seat.State.FREE))
                .list();
    }

    /**
     * Makes sure that there is such a seat, which also bounds what callers can have locked.
     *
     * @throws UnknownSeatException if there is not
     */
    public void check(String seat) {
        if (jdbc.sql("select 1 from seat where name = ?")
                .param(seat)
                .query()
                .listOfRows()
                .isEmpty()) {
            throw new UnknownSeatException(seat);
        }
    }

    /** How many seats are sold. */
    long sold() {
        return jdbc.sql("select count(distinct seat) from sale")
                .query(Long.class)
                .single();
    }

    /** Who bought a seat: nobody or one customer, if all goes well. */
    List<Sale> salesOf(String seat) {
        return jdbc.sql("select seat, customer from sale where seat = ?")
                .param(seat)
                .query((row, i) -> new Sale(row.getString("seat"), row.getString("customer")))
                .list();
    }

    Sale sell(String seat, String customer) {
        jdbc.sql("insert into sale (seat, customer) values (?, ?)")
                .params(seat, customer)
                .update();
        return new Sale(seat, customer);
    }
}
