package io.ownedlock.task;

/** Where a {@link Task} is in its life; it only ever moves forward. */
public enum TaskState {
    /** The task goes on. */
    ACTIVE,
    /** The task was told to end while a thread is still inside: it gets nothing new, and keeps what it holds until that thread leaves. */
    ENDING,
    /** The task is over: what it still held has been given up, or is being given up. */
    ENDED
}
