package io.ownedlock.diagnosis.shop;

import java.util.concurrent.locks.Lock;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** ABBA: two requests take two locks in opposite order. */
@RestController
class Accounts {

    private final Locks locks;
    private final Gates gates;

    Accounts(Locks locks, Gates gates) {
        this.locks = locks;
        this.gates = gates;
    }

    /** The bug: the order of the locks is that of the accounts in the request. */
    @PostMapping("/accounts/{from}/transfer-to/{to}")
    String transfer(@PathVariable String from, @PathVariable String to) {
        Lock payer = locks.obtain("account", from);
        payer.lock();
        try {
            gates.pass("transfer-from-" + from);
            Lock payee = locks.obtain("account", to);
            payee.lock();
            try {
                return "transferred";
            } finally {
                payee.unlock();
            }
        } finally {
            payer.unlock();
        }
    }
}
