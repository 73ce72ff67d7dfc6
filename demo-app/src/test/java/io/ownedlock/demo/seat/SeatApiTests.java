package io.ownedlock.demo.seat;

import static org.assertj.core.api.Assertions.assertThat;

import io.ownedlock.demo.HttpApi;
import io.ownedlock.demo.HttpTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

@HttpTest
class SeatApiTests {

    @Autowired
    HttpApi api;

    @Test
    void listsAllSeatsRowByRow() {
        HttpApi.Answer answer = api.get("/api/seats");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).hasSize(100);
        assertThat(answer.body().valueStream().map(seat -> seat.get("seat").asString()))
                .startsWith("A1", "A2", "A3")
                .endsWith("J9", "J10");
    }

    @Test
    void sellsAFreeSeatOnce() {
        assertThat(stateOf("G1")).isEqualTo("FREE");

        assertThat(HttpApi.join(api.reserve("G1", "ann", 0)).status()).isEqualTo(201);

        assertThat(stateOf("G1")).isEqualTo("SOLD");
        assertThat(stateOf("G2")).isEqualTo("FREE");
        assertThat(HttpApi.join(api.reserve("G1", "bob", 0)).status()).isEqualTo(409);
    }

    @Test
    void aPaymentTakesNoTimeUnlessSaid() {
        assertThat(api.post("/api/seats/G3/reservations", """
                {"customer": "ann"}""").status()).isEqualTo(201);
    }

    @Test
    void knowsItsSeats() {
        assertThat(HttpApi.join(api.reserve("K1", "ann", 0)).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "no json",
                """
                {"customer": " "}""",
                """
                {"customer": "ann", "holdMillis": -1}""",
                """
                {"customer": "ann", "holdMillis": 60001}""",
            })
    void refusesReservationsThatMakeNoSense(String json) {
        assertThat(api.post("/api/seats/A1/reservations", json).status()).isEqualTo(400);
    }

    private String stateOf(String seat) {
        return api.get("/api/seats")
                .body()
                .valueStream()
                .filter(one -> one.get("seat").asString().equals(seat))
                .findFirst()
                .orElseThrow()
                .get("state")
                .asString();
    }
}
