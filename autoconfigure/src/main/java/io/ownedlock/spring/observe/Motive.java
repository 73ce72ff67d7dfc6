package io.ownedlock.spring.observe;

import java.security.Principal;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;

/**
 * Who does something about a lock, and why. Each is one line.
 *
 * @param who the name by which the application knows this one
 * @param why as this one says
 */
record Motive(String who, String why) {

    private static final String ANONYMOUS = "anonymous";

    private static final int MAX_LENGTH = 500;

    /**
     * Reads a request.
     *
     * @throws InvalidEndpointRequestException if it does not say why, or tells a story; the answer to the request says so
     */
    static Motive of(SecurityContext asking, String why) {
        String stripped = why.strip();
        if (stripped.isEmpty() || stripped.length() > MAX_LENGTH) {
            String reason = "why has " + stripped.length() + " characters, and must have from 1 to " + MAX_LENGTH;
            throw new InvalidEndpointRequestException(reason, reason);
        }
        Principal principal = asking.getPrincipal();
        return new Motive(OneLine.of(principal == null ? ANONYMOUS : principal.getName()), OneLine.of(stripped));
    }
}
