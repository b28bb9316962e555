package org.matrixletta.router.mapping;

/** A mapping file that cannot be read as a whole; nothing of it is applied. The message is one sentence for the operator. */
public class MappingFileException extends RuntimeException {

    public MappingFileException(String sentence) {
        super(sentence);
    }

    MappingFileException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
