package io.ownedlock.spring.observe;

import io.ownedlock.sync.LockId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Gives each lock an id of hexadecimal digits that is the same for as long as the process lives, and tells nothing of the key: without
 * the secret nobody can try which key has a given id. Safe for use by many threads.
 */
final class LockIds {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SECRET_BYTES = 32;
    private static final int ID_BYTES = 8;

    /** Stands between name and key: it occurs in no UTF-8. */
    private static final byte SEPARATOR = (byte) 0xFF;

    private final Mac mac;

    LockIds() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
        }
    }

    synchronized String of(LockId lock) {
        mac.update(lock.name().getBytes(StandardCharsets.UTF_8));
        if (lock.key() != null) {
            mac.update(SEPARATOR);
            mac.update(lock.key().getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(mac.doFinal(), 0, ID_BYTES);
    }
}
