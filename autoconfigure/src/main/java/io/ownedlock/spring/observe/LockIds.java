package io.ownedlock.spring.observe;

import io.ownedlock.sync.LockId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Predicate;

/**
 * Gives each lock an id of hexadecimal digits that is the same for as long as the process lives, and tells nothing of the key: without
 * the secret nobody can try which key has a given id. Safe for use by many threads.
 *
 * <p>Nothing is remembered: whoever looks for an id has to {@linkplain #is compare} it with that of every lock there is. So an id is a
 * digest that begins with the secret, of which a quarter is told, and costs a quarter of what an HMAC does. It is as good as one here,
 * since nobody can go on with a digest of which he does not know the rest.
 */
final class LockIds {

    private static final String ALGORITHM = "SHA-256";
    private static final int SECRET_BYTES = 32;
    private static final int DIGITS = 2 * Long.BYTES;

    /** Stands between name and key: it occurs in no UTF-8. */
    private static final byte SEPARATOR = (byte) 0xFF;

    private final byte[] secret = new byte[SECRET_BYTES];

    /** Guarded by itself. */
    private final MessageDigest digest;

    LockIds() {
        new SecureRandom().nextBytes(secret);
        try {
            digest = MessageDigest.getInstance(ALGORITHM);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
        }
    }

    String of(LockId lock) {
        return HexFormat.of().toHexDigits(number(lock));
    }

    /** Tells which lock has this id; none, if it is no id. */
    Predicate<LockId> is(String id) {
        if (id.length() != DIGITS || !id.chars().allMatch(HexFormat::isHexDigit)) {
            return lock -> false;
        }
        long number = HexFormat.fromHexDigitsToLong(id);
        return lock -> number(lock) == number;
    }

    private long number(LockId lock) {
        byte[] digested;
        synchronized (digest) {
            digest.update(secret);
            digest.update(lock.name().getBytes(StandardCharsets.UTF_8));
            if (lock.key() != null) {
                digest.update(SEPARATOR);
                digest.update(lock.key().getBytes(StandardCharsets.UTF_8));
            }
            digested = digest.digest();
        }
        return ByteBuffer.wrap(digested).getLong();
    }
}
