package org.matrixletta.router.bench;

import java.io.PrintStream;

/** Prints the results as they come, as one Markdown table. */
final class Table {

    private final PrintStream out;

    Table(PrintStream out, String machine) {
        this.out = out;
        out.println(machine);
        out.println();
        out.println("| What | Router | Floor | Ratio |");
        out.println("|---|---:|---:|---:|");
    }

    void row(String what, String router, String floor, String ratio) {
        out.println("| " + String.join(" | ", what, router, floor, ratio) + " |");
    }

    void row(String what, String router) {
        row(what, router, "", "");
    }

    static String milliseconds(double time) {
        return "%,.0f ms".formatted(time);
    }

    static String seconds(double milliseconds) {
        return "%.1f s".formatted(milliseconds / 1e3);
    }
}
