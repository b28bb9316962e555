package org.matrixletta.router.matrix;

/** A body that is no transaction as a whole, so that none of its events can be told from another; the message is one sentence. */
public final class BadTransactionException extends RuntimeException {

    private final String errcode;

    BadTransactionException(String errcode, String sentence) {
        super(sentence);
        this.errcode = errcode;
    }

    /** The code for the answer's body (Matrix Client-Server API, "Standard error response"): M_NOT_JSON, M_BAD_JSON or M_TOO_LARGE. */
    public String errcode() {
        return errcode;
    }
}
