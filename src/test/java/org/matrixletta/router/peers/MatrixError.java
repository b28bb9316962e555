package org.matrixletta.router.peers;

/** Why the homeserver refuses a request. */
final class MatrixError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    MatrixError(int status, String code, String error) {
        super(error, null, false, false);
        this.answer = Answer.matrix(status, code, error);
    }

    Answer answer() {
        return answer;
    }
}
