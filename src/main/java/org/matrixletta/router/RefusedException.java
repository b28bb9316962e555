package org.matrixletta.router;

/** A request that cannot be carried out for a reason that lies with the one who asked. */
public final class RefusedException extends RuntimeException {

    private final int status;

    /**
     * @param status the HTTP status (RFC 9110, section 15.5)
     * @param sentence what is wrong, where, and what to do
     */
    public RefusedException(int status, String sentence) {
        super(sentence);
        this.status = status;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
