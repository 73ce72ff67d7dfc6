package io.ownedlock.deadlock;

/** What is done about a wait that can never end. */
public enum DeadlockPolicy {
    /** It is refused: the task that closed the cycle gets the error, and nobody else does. */
    THROW,
    /** It is logged and listeners are told, once for each cycle, and goes on. */
    WARN,
    /** Nobody looks for it, and it is no part of a cycle that others look for. */
    OFF
}
