package org.matrixletta.router;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/** Keeps all that the whole test run writes to standard output and standard error, so that its last test can look for secrets in it. */
public final class Printed implements TestExecutionListener {

    private static final ByteArrayOutputStream ALL = new ByteArrayOutputStream();

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        System.setOut(copied(System.out));
        System.setErr(copied(System.err));
    }

    /** What was printed so far. */
    static String all() {
        return ALL.toString(StandardCharsets.UTF_8);
    }

    private static PrintStream copied(PrintStream stream) {
        OutputStream both = new OutputStream() {
            @Override
            public void write(int character) {
                stream.write(character);
                ALL.write(character);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                stream.write(bytes, offset, length);
                ALL.write(bytes, offset, length);
            }

            @Override
            public void flush() {
                stream.flush();
            }
        };
        return new PrintStream(both, true, StandardCharsets.UTF_8);
    }
}
