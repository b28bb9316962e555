package org.matrixletta.router.delivery;

/** A request was not sent, for others may take over what it belongs to before it has arrived. */
final class LeaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LeaseException() {
        super("The lease of this instance was too short for a request; nothing was sent.", null, false, false);
    }

    /** Whether this is why something failed. */
    static boolean isCauseOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LeaseException) {
                return true;
            }
        }
        return false;
    }
}
