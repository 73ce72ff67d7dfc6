package io.ownedlock.spring.aop;

import java.util.List;
import java.util.stream.Collectors;

/** Annotations that cannot work, with all that is wrong with those of a class. */
final class InvalidOwnedLockException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final transient List<Mistake> mistakes;

    InvalidOwnedLockException(List<Mistake> mistakes) {
        super(mistakes.stream()
                .map(mistake -> "@OwnedLock on " + mistake.where() + ": " + mistake.what() + ".")
                .collect(Collectors.joining("\n")));
        this.mistakes = List.copyOf(mistakes);
    }

    List<Mistake> mistakes() {
        return mistakes;
    }

    /** What to do, a line for each mistake. */
    String mend() {
        return mistakes.stream()
                .map(mistake -> mistakes.size() == 1 ? mistake.mend() : mistake.where() + ": " + mistake.mend())
                .distinct()
                .collect(Collectors.joining("\n"));
    }
}
