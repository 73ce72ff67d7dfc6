package io.ownedlock.time;

import java.util.concurrent.locks.LockSupport;

enum SystemParker implements Parker {
    INSTANCE;

    @Override
    public void park(Object blocker) {
        LockSupport.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        LockSupport.parkNanos(blocker, nanos);
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }
}
