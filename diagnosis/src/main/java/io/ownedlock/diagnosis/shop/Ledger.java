package io.ownedlock.diagnosis.shop;

import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The poisoned lock: its owner dies in the middle of a change. What is in the two accounts is 100, always. */
@RestController
class Ledger {

    private final Locks locks;
    private final Gates gates;

    private int cash = 60;
    private int sales = 40;

    Ledger(Locks locks, Gates gates) {
        this.locks = locks;
        this.gates = gates;
    }

    /** The bug: it may fail when half of it is done. */
    @PostMapping("/ledger/refund")
    void refund() {
        locks.change("ledger", "2026", () -> {
            cash -= 40;
            askTheBank();
            sales += 40;
        });
    }

    private void askTheBank() {
        gates.pass("refund");
        throw new IllegalStateException("The bank does not answer");
    }

    @PostMapping("/ledger/post")
    String post() {
        AtomicInteger total = new AtomicInteger();
        locks.change("ledger", "2026", () -> {
            cash++;
            sales--;
            total.set(cash + sales);
        });
        return "posted, total " + total;
    }

    /** For somebody who has looked, while nobody else is let in. */
    @PostMapping("/ledger/correct")
    String correct() {
        cash = 100 - sales;
        return "corrected";
    }
}
