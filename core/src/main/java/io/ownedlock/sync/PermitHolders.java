package io.ownedlock.sync;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who has the permits of a {@link PermitPool}, longest first, and which borrowers have one or want one. All of it is guarded by the
 * monitor of the pool's lot. Coming and leaving are constant, since the links are in the claims; a borrower's own {@code equals} is
 * never called, see {@link Borrower}.
 */
final class PermitHolders {

    private final Map<Borrower, Claim> borrowers = new HashMap<>();
    private @Nullable Claim oldest;
    private @Nullable Claim newest;

    /**
     * The claim's borrower, if it has one, wants a permit.
     *
     * @return {@code false} if it has or wants one already
     */
    boolean enrol(Claim claim) {
        return claim.borrower == null || borrowers.putIfAbsent(claim.borrower, claim) == null;
    }

    /** It neither has nor wants one any more. */
    void strike(Claim claim) {
        if (claim.borrower != null) {
            borrowers.remove(claim.borrower, claim);
        }
    }

    /** The claim of a borrower that has a permit. */
    @Nullable Claim of(Borrower borrower) {
        Claim claim = borrowers.get(borrower);
        return claim != null && claim.state() == Claim.State.HELD ? claim : null;
    }

    boolean isEmpty() {
        return oldest == null;
    }

    void add(Claim claim) {
        claim.older = newest;
        if (newest == null) {
            oldest = claim;
        } else {
            newest.newer = claim;
        }
        newest = claim;
    }

    void remove(Claim claim) {
        Claim before = claim.older;
        Claim after = claim.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
        // Who keeps a permit that it has given back is not to keep those of all who have come since.
        claim.older = null;
        claim.newer = null;
    }

    List<Claim> list() {
        List<Claim> found = new ArrayList<>();
        for (Claim claim = oldest; claim != null; claim = claim.newer) {
            found.add(claim);
        }
        return found;
    }
}
