package org.matrixletta.router.bench;

import java.util.Arrays;

/** Takes the time of a piece of work, several times over. */
final class Clock {

    /** What is timed. */
    interface Work {
        void run() throws Exception;
    }

    private final double[] times;
    private int taken;

    Clock(int repetitions) {
        times = new double[repetitions];
    }

    void time(Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        times[taken++] = (System.nanoTime() - start) / 1e6;
    }

    /** The median in milliseconds. */
    double median() {
        double[] sorted = Arrays.copyOf(times, taken);
        Arrays.sort(sorted);
        return sorted[taken / 2];
    }
}
