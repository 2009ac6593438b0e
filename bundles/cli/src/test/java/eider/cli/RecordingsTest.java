package eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import eider.engine.Connection;
import eider.engine.Difference;
import eider.engine.Load;
import eider.engine.PlannedLoad.Sample;
import eider.engine.Recorded;
import eider.engine.Recording;
import eider.engine.Replayed;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordingsTest {
    private final FakeEngine engine = new FakeEngine();
    private final Recording recording = new Recording("shop-1.gz", 12_345, Recording.State.WHOLE, "shop", "acme.shop", "1.0.0", "run-7", FakeEngine.NOON, 4, 23, 1, "");

    @BeforeEach
    void fill() {
        engine.connections.add(new Connection("shop", "shop", Connection.State.READY, "", List.of()));
        engine.recordings.add(recording);
    }

    private static Difference.Side side(Load.State state, long rows, String cursor, String message) {
        return new Difference.Side(true, state, message, rows, 0, cursor);
    }

    @Test
    void aRecordedSyncTellsWhatIsInTheFileAndWhatIsNot() {
        engine.recorded = new Recorded(recording, List.of(FakeEngine.load(7, Load.State.COMMITTED, 23, 0, "")), "");
        Run run = Run.of(engine, "sync", "shop", "--record", "--approve");
        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo("sales: 23 rows in from sales.csv (load 7, 1.5 s).\n");
        assertThat(run.err()).contains("Recorded in shop-1.gz: 4 exchanges, 23 rows, 1 file, 12 kB.\n", "No credentials are in it, but the data of people are",
                "Replay it with: eider recordings replay shop-1.gz\n");
        assertThat(engine.asked).contains("record shop approved");
    }

    @Test
    void aSyncThatFailedIsRecordedAndFails() {
        engine.recorded = new Recorded(recording, List.of(), "The shop refused the credentials.");
        Run run = Run.of(engine, "sync", "shop", "--record");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("The shop refused the credentials.\nRecorded in shop-1.gz");
    }

    @Test
    void recordingsAreListedWithTheirSize() {
        engine.recordings.add(new Recording("old.gz", 5, Recording.State.UNREADABLE, "", "", "", "", null, -1, -1, -1, "it is no recording"));
        Run run = Run.of(engine, "recordings");
        assertThat(run.out()).contains("shop-1.gz", "acme.shop 1.0.0", "12 kB", "whole", "it is no recording");
        assertThat(run.err()).contains("2 recordings, 12 kB in /srv/eider/data/recordings.");
        assertThat(Run.of(engine, "recordings", "--format", "csv").out()).contains("file,connection,connector,version,at,bytes,state,exchanges,rows,files,message\r\n",
                "shop-1.gz,shop,acme.shop,1.0.0,2026-03-01T12:00:00Z,12345,whole,4,23,1,\"\"\r\n");
    }

    @Test
    void aReplayShowsWhatCameOfItThenAndNow() {
        engine.replayed = new Replayed(recording, List.of(FakeEngine.load(0, Load.State.COMMITTED, 20, 0, "")), "", List.of(FakeEngine.load(1, Load.State.FAILED, 10, 0,
                "It broke.")), "", "", List.of(), List.of("the recording is torn"));
        Run run = Run.of(engine, "recordings", "replay", "shop-1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("with acme.shop 1.0.0\n\nsales\n  then  20 rows in\n  now   10 rows in, then failed: It broke.\nNote: the recording is torn.\n");
        assertThat(run.err()).contains("nothing of it stays").endsWith("sales failed now and did not then.\n");
        assertThat(engine.asked).contains("replay recording shop-1");
    }

    @Test
    void theDifferenceIsShownRowByRow() {
        engine.replayed = new Replayed(recording, List.of(), "", List.of(), "", "acme.shop 1.1.0", List.of(
                new Difference("orders", side(Load.State.COMMITTED, 23, "done", ""), side(Load.State.COMMITTED, 25, "25", ""), List.of("the field total went"), 22, 0, 2, 1,
                        List.of(new Sample(Sample.Kind.INSERTED, Map.of(), Map.of("id", "10"), ""),
                                new Sample(Sample.Kind.UPDATED, Map.of("id", "7", "total", "7.5"), Map.of("id", "7", "total", "8.5"), ""))),
                new Difference("customers", side(Load.State.COMMITTED, 2, "all", ""), side(Load.State.COMMITTED, 2, "all", ""), List.of(), 2, 0, 0, 0, List.of())), List.of());
        Run run = Run.of(engine, "recordings", "replay", "shop-1.gz", "--connector");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("replayed with acme.shop 1.1.0\n", """
                orders: 23 rows then, 25 now, 22 of them the same
                  + 2 rows come now, such as
                      id 10
                  ~ 1 row changed
                      id 7: total 7.5 → 8.5
                  the field total went
                  the next read would begin elsewhere: done → 25

                customers: the same, 2 rows
                """);
        assertThat(Run.of(engine, "recordings", "replay", "x", "--connector", "--format", "json").out()).contains("\"only_now\": 2", "\"changed\": 1");
    }

    @Test
    void aRecordingIsDeleted() {
        assertThat(Run.of(engine, "recordings", "delete", "shop-1.gz")).isEqualTo(new Run(0, "Deleted shop-1.gz.\n", ""));
        assertThat(engine.asked).contains("delete recording shop-1.gz");
    }
}
