package io.ownedlock.spring.aop;

import org.springframework.util.ClassUtils;

/** Spring's transactions, where there are any. */
interface Transactions {

    /** Whether the calling thread is in one. */
    boolean isActive();

    /** Does something when the one that the calling thread is in has been committed or rolled back. */
    void afterCompletion(Runnable action);

    /** The library's, or none without it. */
    static Transactions find() {
        return areAvailable()
                ? new SpringTransactions()
                : new Transactions() {
                    @Override
                    public boolean isActive() {
                        return false;
                    }

                    @Override
                    public void afterCompletion(Runnable action) {
                        throw new IllegalStateException("There is no transaction");
                    }
                };
    }

    static boolean areAvailable() {
        return ClassUtils.isPresent(
                "org.springframework.transaction.support.TransactionSynchronizationManager",
                Transactions.class.getClassLoader());
    }
}
