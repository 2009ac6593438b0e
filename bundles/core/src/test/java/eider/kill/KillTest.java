package eider.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that syncs day after day is killed by SIGKILL at random moments of its whole life, from the opening of its store on. Whenever it comes
 * back, all must be {@linkplain Soundness sound} before it goes on; at the end the tables are those of a run that nobody disturbed, row by row.
 *
 * <p>By itself it kills for a minute, and at least a hundred times where that takes no longer than two and a half. {@code -Deider.kills=1000} says
 * how often instead, {@code -Deider.seed=7} what happens in the company and when kills are meant to fall (where they really fall is up to the
 * machine). Both are printed.
 */
// Elsewhere a process is not ended by SIGKILL.
@EnabledOnOs({OS.LINUX, OS.MAC})
class KillTest {
    private static final Duration LENGTH = Duration.ofSeconds(60);
    private static final Duration LONGEST = Duration.ofSeconds(150);
    private static final int KILLS = 100;
    /** The first lives are killed while there is no database yet, each in a home of its own. */
    private static final int BIRTHS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What is there after a failure stays, to be looked at. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;
    private ChildJvm jvm;
    /** Nanoseconds that the opening of a store takes, and a day's sync. */
    private long opening;
    private long syncing;

    @Test
    void killedAtRandomMomentsItEndsLikeARunThatNobodyDisturbed() throws Exception {
        long seed = Long.getLong("eider.seed", new Random().nextInt(1_000_000));
        int kills = Integer.getInteger("eider.kills", 0);
        String repeat = "-Deider.seed=" + seed + (kills > 0 ? " -Deider.kills=" + kills : "");
        System.out.println("KillTest: to repeat it, " + repeat);
        try {
            run(seed, kills);
        } catch (AssertionError e) {
            throw new AssertionError("with " + repeat + ", what is left stands in " + folder, e);
        }
    }

    private void run(long seed, int kills) throws Exception {
        Path home = Files.createDirectories(folder.resolve("killed"));
        jvm = new ChildJvm(folder.resolve("jvm"), Life.class);
        practise(seed);
        Tally tally = kill(home, seed, kills);
        for (int life = 0; life < BIRTHS - 1; life++) {
            try (Life reborn = new Life(home(home, life), seed, step -> {})) {
                reborn.look();
            }
        }
        List<String> disturbed;
        int days;
        try (Life last = new Life(home, seed, step -> {})) {
            last.look();
            last.syncToday();
            last.look();
            days = last.today();
            disturbed = Soundness.of(last.engine()).everything();
        }
        System.out.println("KillTest: " + tally + "; " + days + " days, " + disturbed.size() + " rows and headings compared");

        try (Life clean = new Life(Files.createDirectories(folder.resolve("clean")), seed, step -> {})) {
            clean.syncToday();
            while (clean.today() < days) {
                clean.dayIsOver();
                clean.syncToday();
            }
            clean.look();
            List<String> undisturbed = Soundness.of(clean.engine()).everything();
            assertThat(disturbed).as("%s, %d days: what is there afterwards", tally, days).isEqualTo(undisturbed);
        }
        assertThat(tally.places).as("where the kills fell").hasSizeGreaterThan(5);
    }

    /** A life that nobody ends. It tells how long things take on this machine today, and leaves the archive of its classes. */
    private void practise(long seed) throws Exception {
        Path home = Files.createDirectories(folder.resolve("practice"));
        Child child = new Child(home, seed, folder.resolve("place"));
        child.await("READY");
        child.process.getOutputStream().close();
        long begun = System.nanoTime();
        child.await("SOUND");
        long sound = System.nanoTime();
        child.await("DAY 1");
        opening = sound - begun;
        syncing = System.nanoTime() - sound;
        child.await("OVER");
    }

    /** How often it was killed, and where. */
    private static final class Tally {
        private final Map<String, Integer> places = new TreeMap<>();
        private int kills;

        void add(String place) {
            kills++;
            places.merge(place, 1, Integer::sum);
        }

        @Override
        public String toString() {
            return kills + " kills, after " + places;
        }
    }

    private Tally kill(Path home, long seed, int kills) throws Exception {
        Tally tally = new Tally();
        Random random = new Random(seed);
        long begun = System.nanoTime();
        Child next = new Child(home(home, 0), seed, folder.resolve("place-0"));
        try {
            while (kills > 0 ? tally.kills < kills : System.nanoTime() - begun < (tally.kills < KILLS ? LONGEST : LENGTH).toNanos()) {
                Child child = next;
                child.await("READY");
                child.go();
                // While this one lives, the next one starts: the time that takes is not lost.
                next = new Child(home(home, tally.kills + 1), seed, folder.resolve("place-" + (tally.kills + 1)));
                try {
                    if (tally.kills < BIRTHS) {
                        LockSupport.parkNanos(random.nextLong(opening / 2));
                    } else if (random.nextInt(8) == 0) {
                        LockSupport.parkNanos(random.nextLong(opening));
                    } else {
                        child.await("SOUND");
                        // Most often less than a day's sync: the next life goes on within the same day.
                        LockSupport.parkNanos(random.nextLong(syncing));
                    }
                } finally {
                    child.kill();
                }
                child.mustNotBeBroken("after " + tally);
                tally.add(child.place());
            }
        } finally {
            next.kill();
        }
        return tally;
    }

    /** The home of a life: the first ones have each their own. */
    private Path home(Path home, int life) throws IOException {
        return life < BIRTHS - 1 ? Files.createDirectories(folder.resolve("born-" + life)) : home;
    }

    /** A process that lives in a home, and what it said. */
    private final class Child {
        private final Process process;
        private final Path place;
        private final StringBuilder said = new StringBuilder();
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final Thread listener;

        Child(Path home, long seed, Path place) throws IOException {
            this.place = place;
            process = jvm.with(home.toString(), Long.toString(seed), place.toString()).start();
            listener = Thread.ofVirtual().start(this::listen);
        }

        private void listen() {
            try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    synchronized (said) {
                        said.append(line).append('\n');
                    }
                    lines.add(line);
                }
            } catch (IOException killed) {
                lines.add("KILLED");
            }
            lines.add("OVER");
        }

        void go() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        void await(String wanted) throws InterruptedException {
            while (true) {
                String line = lines.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (wanted.equals(line)) {
                    return;
                }
                assertThat(line).as("it never came to say %s; it said:%n%s", wanted, said()).isNotNull().isNotEqualTo("OVER")
                        .doesNotStartWith("BROKEN");
            }
        }

        void kill() throws InterruptedException {
            process.destroyForcibly();
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            listener.join(PATIENCE);
        }

        void mustNotBeBroken(String when) {
            assertThat(said()).as(when).doesNotContain("BROKEN");
        }

        private String said() {
            synchronized (said) {
                return said.toString();
            }
        }

        /** The last place that it came to. */
        String place() throws IOException {
            return Life.name(Files.readAllBytes(place)[0]);
        }
    }
}
