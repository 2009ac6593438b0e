package eider.sync;

import static eider.sync.Shop.LINES;
import static eider.sync.Shop.ORDERS;
import static eider.sync.Shop.lines;
import static eider.sync.Shop.orders;
import static eider.sync.Shop.sync;
import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.core.Engine;
import eider.engine.Load;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What parts hold and what keys identify, whatever a source pushes. */
class PartsAndKeysTest {
    @TempDir
    Path home;
    private Engine engine;

    @BeforeEach
    void open() {
        engine = Engine.open(home);
    }

    @AfterEach
    void close() throws InterruptedException {
        engine.close();
    }

    private List<String> rows(String sql) throws Exception {
        return Shop.rows(engine, sql);
    }

    @Test
    void aPartBegunAgainInTheSameCheckpointBeginsAnew() throws Exception {
        Path file = Files.writeString(home.resolve("b.csv"), "day,product\n7,Desk\n");
        Load load = sync(engine, lines((request, sink) -> {
            sink.part("a.csv", "1");
            sink.upsert(1L, "Lamp");
            sink.part("b.csv", "1");
            sink.scan(Shop.csv(file, LINES));
            sink.part("b.csv", "1");
            sink.scan(Shop.csv(file, LINES));
            sink.part("a.csv", "2");
            sink.upsert(1L, "Lamp");
            sink.upsert(2L, "Chair");
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(load.inserted()).as(load.message()).isEqualTo(3);
        assertThat(rows("select day, product from raw.shop__lines order by day")).containsExactly("1|Lamp", "2|Chair", "7|Desk");
        sync(engine, lines((request, sink) -> {
            sink.part("a.csv", "3");
            sink.upsert(1L, "Lamp");
            sink.upsert(2L, "Chair");
            sink.upsert(3L, "Bed");
            sink.part("a.csv", "4");
            sink.upsert(1L, "Lamp");
            sink.upsert(2L, "Chair");
            sink.upsert(3L, "Bed");
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(rows("select count(*) from raw.shop__lines where product = 'Bed'")).containsExactly("1");
    }

    @Test
    void aNewPartMayBeEmptyAndFillLater() throws Exception {
        assertThat(sync(engine, lines((request, sink) -> {
            sink.part("a.csv", "1");
            sink.checkpoint(Scripted.after(1));
        })).state()).isEqualTo(Load.State.UNCHANGED);
        assertThat(sync(engine, lines((request, sink) -> {
            sink.part("a.csv", "2");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(2));
        })).inserted()).isEqualTo(1);
    }

    @Test
    void aHeldLoadLeavesNothingAndKeepsItsCursorEvenIfTheSourceGoesOn() throws Exception {
        sync(engine, lines((request, sink) -> {
            sink.part("a.csv", "1");
            sink.upsert(1L, "Lamp");
            sink.checkpoint(Scripted.after(1));
        }));
        Scripted stubborn = lines((request, sink) -> {
            assertThat(request.cursor()).isEqualTo(Scripted.after(1));
            try {
                sink.part("a.csv", "2");
                sink.upsert(null, "not a number either");
                sink.reject("line 9", "???", "cannot be read");
                sink.checkpoint(Scripted.after(2));
            } catch (RuntimeException e) {
                assertThat(e).hasMessageContaining("would remove");
            }
            try {
                sink.part("b.csv", "1");
                sink.upsert(5L, "Desk");
                sink.checkpoint(Scripted.after(3));
            } catch (RuntimeException e) {
                assertThat(e).hasMessageContaining("would remove");
            }
        });
        assertThat(sync(engine, stubborn).state()).isEqualTo(Load.State.HELD);
        assertThat(rows("select day, product from raw.shop__lines")).containsExactly("1|Lamp");
        assertThat(rows("select count(*) from ledger.quarantine")).containsExactly("0");
        assertThat(rows("select name, fingerprint from ledger.parts")).containsExactly("a.csv|1");
        assertThat(rows("select cursor from ledger.cursors")).containsExactly("1");
        Load approved = sync(engine, stubborn, true);
        assertThat(approved.state()).isEqualTo(Load.State.COMMITTED);
        assertThat(rows("select day, product from raw.shop__lines order by all")).containsExactly("5|Desk", "null|not a number either");
        assertThat(approved.places()).isEqualTo("a.csv, b.csv");
    }

    @Test
    void aSourceThatGoesOnAfterAFailureDoesNotMoveItsCursorPastForgottenRows() throws Exception {
        Load load = sync(engine, orders((request, sink) -> {
            sink.upsert(1L, null, "will be forgotten");
            try {
                sink.upsert(2L, null);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("has 3 fields, a row of it came with 2");
            }
            sink.upsert(3L, null, "after");
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(load.message()).contains("bug");
        assertThat(rows("select count(*) from ledger.cursors")).containsExactly("0");
    }

    @Test
    void rowsBeforeAPartAreABugThatIsSaid() throws Exception {
        Load load = sync(engine, lines((request, sink) -> sink.upsert(1L, "Lamp")));
        assertThat(load.state()).isEqualTo(Load.State.FAILED);
        assertThat(load.message()).contains("must call part() before").contains("bug");
    }

    @Test
    void aFileThatCannotBeReadLeavesNothingInADatasetWithAKey() throws Exception {
        Path good = Files.writeString(home.resolve("good.csv"), "id,amount,note\n1,5,a\n");
        Path changing = Files.writeString(home.resolve("bad.csv"), "id,amount,note\n2,5,b\n");
        sync(engine, orders((request, sink) -> {
            sink.scan(Shop.csv(good, ORDERS));
            try {
                sink.scan(Shop.csv(home.resolve("not there.csv"), ORDERS));
            } catch (SourceException e) {
                assertThat(e.kind()).isEqualTo(SourceException.Kind.DATA);
            }
            sink.scan(Shop.csv(changing, ORDERS));
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(rows("select id from raw.shop__orders order by id")).containsExactly("1", "2");
    }

    @Test
    void deletionsOfMoreThanHalfAreHeld() throws Exception {
        sync(engine, orders((request, sink) -> {
            for (long id = 1; id <= 4; id++) {
                sink.upsert(id, null, "x");
            }
            sink.checkpoint(Scripted.after(1));
        }));
        Scripted source = orders((request, sink) -> {
            sink.delete(1L);
            sink.delete(2L);
            sink.delete(3L);
            sink.delete(99L);
            sink.upsert(1L, null, "came back in the same breath");
            sink.checkpoint(Scripted.after(2));
        });
        Load load = sync(engine, source);
        assertThat(List.of(load.updated(), load.removed())).as("half is not more than half").containsExactly(1L, 2L);
        source = orders((request, sink) -> {
            sink.delete(1L);
            sink.delete(4L);
            sink.checkpoint(Scripted.after(3));
        });
        assertThat(sync(engine, source).message()).contains("would remove 2 of the 2 rows of orders");
        assertThat(sync(engine, source, true).removed()).isEqualTo(2);
    }

    @Test
    void aKeyOfAnotherTypeIsQuarantinedWhereItDoesNotFitAndADeletionOfItHitsNobody() throws Exception {
        sync(engine, orders((request, sink) -> {
            sink.upsert(7L, null, "seven");
            sink.checkpoint(Scripted.after(1));
        }));
        Dataset textual = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.TEXT, "The order."), Field.of("note", Type.TEXT, "A note.")), List.of("id"));
        Load load = sync(engine, new Scripted(List.of(textual), List.of(), (request, sink) -> {
            sink.upsert("7", "still seven");
            sink.upsert("07", "somebody else");
            sink.upsert("A-8", "does not fit");
            sink.delete("B-9");
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(List.of(load.inserted(), load.updated(), load.removed(), load.quarantined())).as(load.message()).containsExactly(0L, 1L, 0L, 2L);
        assertThat(rows("select id, note from raw.shop__orders")).containsExactly("7|still seven");
    }

    @Test
    void aChangeOfTheKeyIsRefusedWhileThereAreRows() throws Exception {
        sync(engine, orders((request, sink) -> {
            sink.upsert(1L, null, "a");
            sink.checkpoint(Scripted.after(1));
        }));
        for (List<String> key : List.of(List.<String>of(), List.of("note"), List.of("id", "note"))) {
            Dataset changed = new Dataset("orders", "Orders.", ORDERS.fields(), key);
            Load load = sync(engine, new Scripted(List.of(changed), List.of(), (request, sink) -> {
                if (key.isEmpty()) {
                    sink.part("page", "1");
                }
                sink.upsert(1L, null, "a");
                sink.checkpoint(Scripted.after(2));
            }));
            assertThat(load.state()).isEqualTo(Load.State.FAILED);
            assertThat(load.message()).contains("the key of shop.orders was id and is now").contains("set the key back");
        }
        assertThat(rows("select id, note from raw.shop__orders")).containsExactly("1|a");
        assertThat(rows("select cursor from ledger.cursors")).containsExactly("1");
    }

    @Test
    void valuesThatDoNotFitTheColumnAreQuarantinedAndNeverRounded() throws Exception {
        Dataset narrow = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "The order."), Field.of("pieces", Type.INTEGER, "Pieces."),
                Field.of("day", Type.DATE, "The day."), Field.of("about", Type.JSON, "More.")), List.of("id"));
        sync(engine, new Scripted(List.of(narrow), List.of(), (request, sink) -> {
            sink.upsert(1L, 3L, LocalDate.of(2026, 1, 1), "{\"a\": 1}");
            sink.upsert(2L, 3L, LocalDate.MAX, null);
            sink.upsert(3L, 3L, null, "{broken");
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(rows("select id, pieces, day, about ->> '$.a' from raw.shop__orders")).containsExactly("1|3|2026-01-01|1");
        Dataset wide = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "The order."), Field.of("pieces", Type.DOUBLE, "Pieces."),
                Field.of("day", Type.TEXT, "The day.")), List.of("id"));
        Load load = sync(engine, new Scripted(List.of(wide), List.of(), (request, sink) -> {
            sink.upsert(4L, 1.5, "2026-01-02");
            sink.upsert(5L, 4.0, "yesterday");
            sink.upsert(6L, 4.0, "2026-01-03");
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(List.of(load.inserted(), load.quarantined())).as(load.message()).containsExactly(1L, 2L);
        assertThat(rows("select id, pieces, day from raw.shop__orders order by id")).containsExactly("1|3|2026-01-01", "6|4|2026-01-03");
        assertThat(rows("select reason from ledger.quarantine order by id")).containsExactly("day: '+999999999-12-31' is not a date", "about: '{broken' is not a JSON document",
                "pieces: '1.5' does not fit the column, whose type is INTEGER", "day: 'yesterday' does not fit the column, whose type is DATE");
    }

    @Test
    void aWholeNumberColumnThatMeetsDecimalsIsWidened() throws Exception {
        Dataset whole = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "The order."), Field.of("pieces", Type.INTEGER, "Pieces.")), List.of("id"));
        sync(engine, new Scripted(List.of(whole), List.of(), (request, sink) -> {
            sink.upsert(1L, Long.MAX_VALUE);
            sink.checkpoint(Scripted.after(1));
        }));
        Dataset decimal = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "The order."), Field.of("pieces", Type.MONEY, "Pieces.")), List.of("id"));
        Load load = sync(engine, new Scripted(List.of(decimal), List.of(), (request, sink) -> {
            sink.upsert(2L, new BigDecimal("1.5"));
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(load.inserted()).isEqualTo(1);
        assertThat(rows("select pieces from raw.shop__orders order by id")).containsExactly("9223372036854775807.0000", "1.5000");
    }

    @Test
    void hugeExponentsAndHugeTextsAreShortSentences() throws Exception {
        Load load = sync(engine, orders((request, sink) -> {
            sink.upsert(1L, new BigDecimal("1e1000000000"), null);
            sink.upsert(2L, new BigDecimal("1e-1000000000"), null);
            sink.upsert(3L, new BigDecimal("0e-1000000000"), "zero");
            sink.upsert("x".repeat(300_000), null, null);
            sink.reject("p".repeat(300_000), "r".repeat(65_535) + "\uD83D\uDE00", "s".repeat(300_000));
            sink.checkpoint(Scripted.after(1));
        }));
        assertThat(List.of(load.inserted(), load.quarantined())).as(load.message()).containsExactly(1L, 4L);
        assertThat(rows("select max(length(reason)) <= 1000, max(length(place)) <= 1001, max(length(raw)) <= 65536 from ledger.quarantine")).containsExactly("true|true|true");
    }

    @Test
    void namesAndTextsOfAnyKindAreJustTexts() throws Exception {
        String odd = "O'Brien \"x\"; DROP TABLE sales; -- \n\u202E\uD83D\uDE00 €/..\\ \u0000 end";
        Load load = sync(engine, lines((request, sink) -> {
            sink.part(odd, odd);
            sink.upsert(1L, odd);
            sink.upsert("bad", odd);
            sink.reject(odd, odd, odd);
            sink.checkpoint(new eider.connector.Cursor(odd));
        }));
        assertThat(List.of(load.inserted(), load.quarantined())).as(load.message()).containsExactly(1L, 2L);
        Load again = sync(engine, lines((request, sink) -> {
            assertThat(request.cursor().text()).isEqualTo(odd);
            sink.part(odd, "2");
            sink.upsert(1L, odd);
            sink.upsert("bad", odd);
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(List.of(again.inserted(), again.removed(), again.quarantined())).as(again.message()).containsExactly(0L, 0L, 1L);
        assertThat(engine.loads().quarantined("shop")).as("the first two are judged anew").isEqualTo(1);
        assertThat(engine.loads().quarantine("shop", 5).getFirst().place()).isEqualTo(odd + " row 1".replace("1", "2"));
    }

    @Test
    void placesNameTheFilesOfAllCheckpoints() throws Exception {
        Load load = sync(engine, lines((request, sink) -> {
            for (int i = 0; i < 200; i++) {
                sink.part("file-" + i + ".csv", "1");
                if (i % 100 == 0) {
                    sink.checkpoint(Scripted.after(i));
                }
            }
            sink.checkpoint(Scripted.after(200));
        }));
        assertThat(load.places()).startsWith("file-0.csv, file-1.csv").endsWith(", …").hasSizeLessThan(320).doesNotContain("…, …");
    }

    @Test
    void aColumnThatVanishesIsEmptyFromThenOn() throws Exception {
        sync(engine, orders((request, sink) -> {
            sink.upsert(1L, BigDecimal.ONE, "a");
            sink.upsert(2L, BigDecimal.ONE, "b");
            sink.checkpoint(Scripted.after(1));
        }));
        Dataset less = new Dataset("orders", "Orders.", List.of(Field.required("id", Type.INTEGER, "The order."), Field.of("amount", Type.MONEY, "Amount.")), List.of("id"));
        sync(engine, new Scripted(List.of(less), List.of(), (request, sink) -> {
            sink.upsert(2L, BigDecimal.TWO);
            sink.checkpoint(Scripted.after(2));
        }));
        assertThat(rows("select id, amount, note from raw.shop__orders order by id")).containsExactly("1|1.0000|a", "2|2.0000|null");
        assertThat(rows("select id, amount, note from undo.shop__orders")).containsExactly("2|1.0000|b");
    }
}
