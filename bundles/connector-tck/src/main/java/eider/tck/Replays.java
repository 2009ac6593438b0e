package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Source;
import eider.engine.Difference;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Recording;
import eider.engine.Replayed;
import java.net.URI;
import java.util.List;

/** S15: what a source says, and what it is told, can be recorded by the real engine and replayed. */
final class Replays {
    private final Scene scene;

    Replays(Scene scene) {
        this.scene = scene;
    }

    /** What it pushed is pushed again to the same end. */
    void saysTheSameAgain() throws Exception {
        scene.warehouse().recorded("recorded", scene.connect("recorded"), (recordings, recorded) -> {
            assertThat(recorded.failure()).as("a sync that is recorded, of a world in which nothing fails").isEmpty();
            assertThat(recorded.recording().state()).as("the recording %s", recorded.recording()).isEqualTo(Recording.State.WHOLE);
            Replayed replayed = recordings.replay(recorded.recording().file(), Progress.NONE);
            assertThat(ends(replayed.now())).as("what comes of the recording when it is pushed again").isEqualTo(ends(recorded.loads()));
            return replayed;
        });
    }

    private static List<String> ends(List<Load> loads) {
        return loads.stream().map(load -> load.dataset() + ": " + load.state() + ", " + load.inserted() + " in, " + load.quarantined() + " bad" + ", " + load.message())
                .toList();
    }

    /** The connector says the same again of what is on the tape, while nobody answers at its address. */
    void needsNoNetwork() throws Exception {
        Replayed replayed = throughARelayThatIsGone("replayed", (recordings, recorded) -> recordings.compare(recorded.recording().file(), Progress.NONE));
        assertThat(replayed.notes()).as("what was asked otherwise than when it was recorded").isEmpty();
        assertThat(replayed.differences()).as("what the source says of the recording, with nobody at its address").isNotEmpty().allMatch(Difference::none);
    }

    /** A connector that is said not to use a tape does not. */
    void cannotBeRunWithoutItsNetwork() throws Exception {
        throughARelayThatIsGone("untaped", (recordings, recorded) -> {
            assertThat(recorded.recording().exchanges()).as("exchanges on the tape of a connector that is said to lack the ability %s", Ability.REPLAYS).isZero();
            assertThatThrownBy(() -> recordings.compare(recorded.recording().file(), Progress.NONE)).isInstanceOf(EngineException.class);
            return null;
        });
    }

    private Replayed throughARelayThatIsGone(String connection, Warehouse.Replaying then) throws Exception {
        URI address = scene.outside().address();
        assertThat(address).as("Outside.address(), where the world answers HTTP; a connector that speaks no HTTP lacks the ability %s", Ability.HTTP).isNotNull();
        Relay relay = Relay.to(address);
        try (relay) {
            Source source = scene.connector().connect(connection, scene.outside().options(relay.address()));
            return scene.warehouse().recorded(connection, source, (recordings, recorded) -> {
                assertThat(recorded.loads()).as("loads of a sync that is recorded").isNotEmpty().allMatch(load -> load.state() == Load.State.COMMITTED);
                relay.close();
                return then.with(recordings, recorded);
            });
        }
    }
}
