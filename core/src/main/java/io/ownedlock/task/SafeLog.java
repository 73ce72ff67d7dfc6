package io.ownedlock.task;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the library says that something of somebody else's went wrong. A line that cannot be written is lost, and nothing else: whether
 * memory is out, the logger fails, or the text does, whoever was to write it has others to tell. Public for the library's own rooms.
 */
public final class SafeLog {

    private final Logger logger;

    /** A log that is named after a class that users know. */
    public SafeLog(Class<?> namedAfter) {
        this.logger = System.getLogger(namedAfter.getName());
    }

    /** Never throws. */
    public void warn(Supplier<String> text, @Nullable Throwable cause) {
        try {
            logger.log(Level.WARNING, text, cause);
        } catch (RuntimeException | Error lost) {
            // There is nobody left to say so.
        }
    }
}
