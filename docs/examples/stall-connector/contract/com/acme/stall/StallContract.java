package com.acme.stall;

import eider.tck.Ability;
import eider.tck.Fault;
import eider.tck.JarContract;
import eider.tck.Outside;
import eider.tck.Total;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The connector contract for the stall's jar. */
public final class StallContract implements JarContract {

    @Override
    public Outside outside(Path home, String name) {
        return new Book(home.resolve("inbox").resolve(name + ".txt"));
    }

    /** The book lies on this machine, and there is nothing in it to keep from people. */
    @Override
    public Set<Ability> lacks() {
        return Set.of(Ability.HTTP, Ability.SECRETS, Ability.WEBHOOKS, Ability.COUNTS);
    }

    /** A cash book. Each sale is of 2.50, and each tenth is given back. */
    private static final class Book implements Outside {
        private final Path file;
        private int rows;
        private int changes;

        Book(Path file) {
            this.file = file;
        }

        @Override
        public Map<String, String> options() {
            return Map.of("file", file.toString());
        }

        @Override
        public void fill(int rows) throws IOException {
            this.rows = rows;
            try (BufferedWriter out = Files.newBufferedWriter(file)) {
                for (int i = 1; i <= rows; i++) {
                    out.write(i + ";" + LocalDate.of(2026, 1, 1).plusDays(i % 300) + ";Apples " + i % 7
                            + (i % 10 == 0 ? ";-1;-2.50\n" : ";1;2.50\n"));
                }
            }
        }

        /** Books are never altered: a line is added, which corrects another. */
        @Override
        public void change() throws IOException {
            changes++;
            Files.writeString(file, (rows + changes) + ";2026-01-02;Apples 1;1;-1.00\n", StandardOpenOption.APPEND);
        }

        @Override
        public List<Total> totals() {
            int back = rows / 10;
            String refunds = new java.math.BigDecimal("-2.50").multiply(java.math.BigDecimal.valueOf(back))
                    .subtract(java.math.BigDecimal.valueOf(changes)).toString();
            String sales = new java.math.BigDecimal("2.50").multiply(java.math.BigDecimal.valueOf(rows - back)).toString();
            return List.of(Total.of("sales").where("kind", "sale").rows(rows - back).sum("total_amount", sales)
                    .sum("quantity", Integer.toString(rows - back)),
                    Total.of("sales").where("kind", "refund").rows(back + changes).sum("total_amount", refunds));
        }

        @Override
        public List<Fault> faults() {
            return List.of(new Fault("file", "/nowhere/at/all"), new Fault("page", "0"));
        }
    }
}
