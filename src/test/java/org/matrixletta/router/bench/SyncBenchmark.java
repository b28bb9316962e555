package org.matrixletta.router.bench;

import java.sql.Connection;
import java.sql.DriverManager;

/** The sync in a running router against the floor, turn by turn on one PostgreSQL. */
final class SyncBenchmark {

    private static final int WARM_UP = 1_000;
    private static final int WARM_UP_ROUNDS = 30;

    private final Table table;
    private final Router router;
    private final Floor floor;
    private int generation;

    private SyncBenchmark(Table table, Router router, Floor floor) {
        this.table = table;
        this.router = router;
        this.floor = floor;
    }

    static void run(Table table, Router router, String jdbcUrl) throws Exception {
        try (Connection connection = DriverManager.getConnection(jdbcUrl)) {
            SyncBenchmark benchmark = new SyncBenchmark(table, router, new Floor(connection));
            benchmark.measure(WARM_UP, WARM_UP_ROUNDS, false);
            benchmark.measure(1_000, 9, true);
            benchmark.measure(10_000, 7, true);
            benchmark.measure(100_000, 5, true);
        }
    }

    private void measure(int count, int rounds, boolean tell) throws Exception {
        row(count, rounds, tell, "load", count);
        row(count, rounds, tell, "unchanged", 0);
        row(count, rounds, tell, "1 % changed", count / 100);
    }

    private void row(int count, int rounds, boolean tell, String kind, int changes) throws Exception {
        Clock synced = new Clock(rounds);
        Clock floored = new Clock(rounds);
        for (int round = 0; round < rounds; round++) {
            if (changes == count) {
                router.empty();
                floor.empty();
            } else if (changes > 0) {
                generation++;
            }
            Entries entries = new Entries(count, generation);
            byte[] json = entries.json();
            byte[] copyText = entries.copyText();
            synced.time(() -> router.sync(json, changes));
            floored.time(() -> floor.apply(copyText));
        }
        if (tell) {
            table.row("sync of %,d, %s".formatted(count, kind), Table.milliseconds(synced.median()), Table.milliseconds(floored.median()),
                    "%.2f".formatted(synced.median() / floored.median()));
        }
    }
}
