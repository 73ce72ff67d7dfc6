package io.ownedlock.task;

/** What sort of work a {@link Task} is. */
public enum TaskKind {
    /** One HTTP request, asynchronous parts included. */
    REQUEST,
    /** One run of a scheduled method. */
    SCHEDULED,
    /** One submitted or asynchronous call. */
    ASYNC,
    /** The handling of one message. */
    MESSAGE,
    /** A thread that works without a task of its own; it ends when the thread dies. */
    THREAD,
    /** Whatever a program declares as a unit of work, {@link Task#runInTask} for one. */
    CUSTOM
}
