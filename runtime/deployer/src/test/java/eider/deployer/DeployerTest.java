package eider.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Source;
import eider.engine.Plugin;
import eider.engine.Plugin.State;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;

/** In a real Felix, with real jars. Milliseconds are printed and not asserted: this may run on a busy machine. */
class DeployerTest {
    @TempDir
    Path folder;

    private Path distribution;
    private Running eider;

    @BeforeEach
    void start() throws Exception {
        distribution = Files.createDirectory(folder.resolve("distribution"));
        eider = Running.on(folder.resolve("home"), distribution);
    }

    @AfterEach
    void stop() throws Exception {
        eider.close();
    }

    @Test
    void servesReplacesAndRemovesWhileItRuns() throws Exception {
        List<Long> added = new ArrayList<>();
        List<Long> replaced = new ArrayList<>();
        List<Long> removed = new ArrayList<>();
        byte[] one = PluginJar.named("acme.shop", "1.0.0").bytes();
        byte[] two = PluginJar.named("acme.shop", "2.0.0").bytes();
        for (int round = 0; round < 5; round++) {
            Path file = eider.drop("shop.jar", one);
            added.add(eider.awaitServing("1.0.0"));
            eider.drop("shop.jar", two);
            replaced.add(eider.awaitServing("2.0.0"));
            Files.delete(file);
            removed.add(eider.awaitServing(""));
        }
        System.out.println("hot deploy in ms, five rounds: add " + added + ", replace " + replaced + ", remove " + removed);
        eider.await("nothing is listed", () -> eider.plugins().isEmpty());
        assertThat(eider.installed()).isEmpty();
    }

    @Test
    void tellsNameVersionAndHash() throws Exception {
        byte[] jar = PluginJar.named("acme.shop", "1.2.3").bytes();
        eider.drop("shop.jar", jar);
        Plugin plugin = eider.awaited("shop.jar", State.SERVING);
        assertThat(plugin.name()).isEqualTo("acme.shop");
        assertThat(plugin.version()).isEqualTo("1.2.3");
        assertThat(plugin.sha256()).isEqualTo(sha256(jar));
        assertThat(plugin.reason()).isEmpty();
    }

    static Stream<Arguments> faultyJars() throws Exception {
        byte[] sound = PluginJar.named("acme.shop", "1.0.0").bytes();
        byte[] flipped = sound.clone();
        flipped[indexOf(flipped, "eider/deployer/sample/sound/SampleSource.class") + 400] ^= 0x55;
        return Stream.of(
            Arguments.of("empty", new byte[0], "is empty"),
            Arguments.of("text", "this is no jar".getBytes(StandardCharsets.UTF_8), "is not a jar"),
            Arguments.of("truncated", Arrays.copyOf(sound, sound.length / 2), "is cut off"),
            Arguments.of("flipped", flipped, "is damaged: eider/deployer/sample/sound/SampleSource.class"),
            Arguments.of("plain", PluginJar.named("acme.shop", "1.0.0").with("-removeheaders", "Bundle-SymbolicName").bytes(),
                "is a plain jar and no OSGi bundle: its manifest has no Bundle-SymbolicName"),
            Arguments.of("no manifest", zip("readme.txt"), "is a plain jar and no OSGi bundle: it has no manifest"),
            Arguments.of("unresolvable", PluginJar.named("acme.shop", "1.0.0").with("Import-Package", "com.acme.tax;version='[1.2,2)',*").bytes(),
                "needs the Java package com.acme.tax 1.2 or later (below 2.0), which nobody here offers"),
            Arguments.of("other version", PluginJar.named("acme.shop", "1.0.0").with("Import-Package", "org.slf4j;version='[99,100)',*").bytes(),
                "needs the Java package org.slf4j 99.0 or later (below 100.0), of which only version 2.0.20 is here"),
            Arguments.of("next api", PluginJar.named("acme.shop", "1.0.0")
                    .with("Import-Package", "eider.connector;version='[2.0,3)',com.acme.tax,*").bytes(),
                "was built for connector API 2.x, this Eider offers 1.2"),
            Arguments.of("newer api", PluginJar.named("acme.shop", "1.0.0").with("Import-Package", "eider.connector;version='[1.3,2)',*").bytes(),
                "was built for connector API 1.3, this Eider offers 1.2"),
            Arguments.of("next java", PluginJar.named("acme.shop", "1.0.0")
                    .with("Require-Capability", "osgi.ee;filter:='(&(osgi.ee=JavaSE)(version=99))'").bytes(),
                "needs Java 99, this Eider runs on Java " + Runtime.version().feature()),
            Arguments.of("bundle", PluginJar.named("acme.shop", "1.0.0").with("Require-Bundle", "com.acme.base;bundle-version=2.1").bytes(),
                "needs the bundle com.acme.base"),
            Arguments.of("capability", PluginJar.named("acme.shop", "1.0.0")
                    .with("Require-Capability", "osgi.extender;filter:='(osgi.extender=osgi.blueprint)'").bytes(),
                "needs a capability of kind osgi.extender, called osgi.blueprint, which nobody here offers"),
            Arguments.of("activator", PluginJar.of("failing").with("Bundle-Activator", "eider.deployer.sample.failing.FailingActivator").bytes(),
                "could not start or stop, its activator failed: IllegalArgumentException: no start today"),
            Arguments.of("ours", PluginJar.named("eider.deployer", "9.0.0").bytes(), "is called eider.deployer, like one of Eider's own bundles"),
            Arguments.of("fragment", PluginJar.named("acme.shop", "1.0.0").with("Fragment-Host", "system.bundle").bytes(), "is a fragment"),
            Arguments.of("duckdb", PluginJar.named("acme.shop", "1.0.0").with("Import-Package", "org.duckdb,*").bytes(),
                "reaches for the database itself"),
            Arguments.of("carries the api", PluginJar.named("acme.shop", "1.0.0")
                    .with("-includeresource", "eider/connector=../../bundles/connector-api/target/classes/eider/connector").bytes(),
                "carries its own copy of eider.connector"),
            Arguments.of("carries duckdb", zip("META-INF/MANIFEST.MF:Bundle-ManifestVersion: 2\nBundle-SymbolicName: acme.shop\n",
                    "org/duckdb/DuckDBDriver.class"),
                "carries a copy of DuckDB (org/duckdb/DuckDBDriver.class)"),
            Arguments.of("version", zip("META-INF/MANIFEST.MF:Bundle-ManifestVersion: 2\nBundle-SymbolicName: acme.shop\nBundle-Version: one\n"),
                "has the Bundle-Version one, which is not one"));
    }

    /** All at once, so that each is seen not to disturb the rest. */
    @Test
    void namesEveryFaultInWordsAndGoesOn() throws Exception {
        List<Arguments> faulty = faultyJars().toList();
        for (Arguments arguments : faulty) {
            eider.drop(arguments.get()[0] + ".jar", (byte[]) arguments.get()[1]);
        }
        eider.drop("good.jar", PluginJar.named("acme.good", "1.0.0").bytes());
        eider.awaitServing("1.0.0");
        for (Arguments arguments : faulty) {
            Plugin plugin = eider.awaited(arguments.get()[0] + ".jar", State.REFUSED);
            System.out.println(plugin.file() + ": it " + plugin.reason());
            assertThat(plugin.reason()).as(plugin.file()).startsWith((String) arguments.get()[2]);
            assertThat(plugin.sha256()).as(plugin.file()).isEqualTo(sha256((byte[]) arguments.get()[1]));
        }
        assertThat(eider.awaited("good.jar", State.SERVING).reason()).isEmpty();
        assertThat(eider.installed()).hasSize(1);
        assertThat(eider.serving()).isEqualTo("1.0.0");
    }

    /** They are no bundles: shown with their hash, and nothing is installed of them. */
    @Test
    void showsTheJarsOfDriversAndInstallsNothingOfThem() throws Exception {
        Path drivers = Files.createDirectories(eider.home.resolve("plugins/drivers"));
        byte[] plain = zip("META-INF/MANIFEST.MF:Implementation-Title: Acme JDBC\nImplementation-Version: 7.1\n", "com/acme/Driver.class");
        eider.drop("drivers/acme.jar", plain);
        Plugin shown = eider.awaited("drivers/acme.jar", State.SERVING);
        assertThat(shown.name()).isEqualTo("Acme JDBC");
        assertThat(shown.version()).isEqualTo("7.1");
        assertThat(shown.sha256()).isEqualTo(sha256(plain));
        assertThat(shown.reason()).isEmpty();

        // The same bundle that would serve one folder higher.
        eider.drop("drivers/shop.jar", PluginJar.named("acme.shop", "1.0.0").bytes());
        eider.awaited("drivers/shop.jar", State.SERVING);
        assertThat(eider.installed()).isEmpty();

        eider.drop("drivers/cut.jar", Arrays.copyOf(plain, plain.length / 2));
        assertThat(eider.awaited("drivers/cut.jar", State.REFUSED).reason()).startsWith("is cut off");
        eider.drop("drivers/duck.jar", zip("org/duckdb/DuckDBDriver.class"));
        assertThat(eider.awaited("drivers/duck.jar", State.REFUSED).reason()).startsWith("carries DuckDB");
        Files.setPosixFilePermissions(drivers.resolve("acme.jar"), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(eider.awaited("drivers/acme.jar", State.REFUSED).reason()).contains("chmod o-w");
        Files.setPosixFilePermissions(drivers.resolve("acme.jar"), PosixFilePermissions.fromString("rw-r--r--"));
        eider.awaited("drivers/acme.jar", State.SERVING);

        Path elsewhere = Files.createDirectories(distribution.resolve("drivers"));
        Files.write(elsewhere.resolve("acme.jar"), zip("com/acme/Old.class"));
        eider.await("the home's jar is taken", () -> eider.plugins().stream().filter(plugin -> plugin.file().equals("drivers/acme.jar"))
            .map(Plugin::state).sorted().toList().equals(List.of(State.SERVING, State.SUPERSEDED)));
        Files.delete(drivers.resolve("acme.jar"));
        eider.await("the distribution's jar is taken", () -> eider.plugins().stream().filter(plugin -> plugin.file().equals("drivers/acme.jar"))
            .map(Plugin::state).toList().equals(List.of(State.SERVING)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultyJars")
    void goesOnServingTheOldVersionWhenTheNewOneIsRefused(String what, byte[] faulty, String reason) throws Exception {
        byte[] sound = PluginJar.named("acme.shop", "0.9.0").bytes();
        eider.drop("shop.jar", sound);
        eider.awaitServing("0.9.0");
        eider.drop("shop.jar", faulty);
        Plugin plugin = eider.awaited("shop.jar", State.REFUSED);
        assertThat(plugin.reason()).startsWith(reason).endsWith("Version 0.9.0, which was in this file before, goes on serving");
        assertThat(eider.serving()).isEqualTo("0.9.0");

        eider.drop("shop.jar", PluginJar.named("acme.shop", "1.1.0").bytes());
        eider.awaitServing("1.1.0");
        eider.awaited("shop.jar", State.SERVING);
    }

    @Test
    void bringsTheOldVersionBackWhenTheNewOneOnlyFailsWhileStarting() throws Exception {
        eider.drop("shop.jar", PluginJar.named("acme.shop", "1.0.0").bytes());
        eider.awaitServing("1.0.0");
        eider.drop("shop.jar", PluginJar.named("acme.shop", "2.0.0")
            .with("Private-Package", "eider.deployer.sample.sound,eider.deployer.sample.failing")
            .with("Bundle-Activator", "eider.deployer.sample.failing.FailingActivator").bytes());
        Plugin plugin = eider.awaited("shop.jar", State.REFUSED);
        assertThat(plugin.reason()).contains("no start today").contains("Version 1.0.0");
        assertThat(plugin.version()).isEqualTo("2.0.0");
        eider.awaitServing("1.0.0");
    }

    @Test
    void replacesAPluginThatFailsWhileItStops() throws Exception {
        Path file = eider.drop("shop.jar", PluginJar.named("acme.shop", "1.0.0")
            .with("Private-Package", "eider.deployer.sample.sound,eider.deployer.sample.clinging")
            .with("Bundle-Activator", "eider.deployer.sample.clinging.ClingingActivator").bytes());
        eider.awaitServing("1.0.0");
        eider.drop("shop.jar", PluginJar.named("acme.shop", "2.0.0")
            .with("Private-Package", "eider.deployer.sample.sound,eider.deployer.sample.clinging")
            .with("Bundle-Activator", "eider.deployer.sample.clinging.ClingingActivator").bytes());
        eider.awaitServing("2.0.0");
        Files.delete(file);
        eider.await("nothing is installed", () -> eider.installed().isEmpty());
    }

    @Test
    void waitsForASlowCopy() throws Exception {
        byte[] jar = PluginJar.named("acme.shop", "1.0.0").bytes();
        Path file = eider.home.resolve("plugins/shop.jar");
        long start = System.nanoTime();
        try (SeekableByteChannel out = Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            int blocks = 12;
            for (int block = 0; block < blocks; block++) {
                int from = jar.length * block / blocks;
                out.write(ByteBuffer.wrap(jar, from, jar.length * (block + 1) / blocks - from));
                if (block < blocks - 1) {
                    LockSupport.parkNanos(200_000_000);
                    assertThat(eider.plugin("shop.jar")).isEmpty();
                }
            }
        }
        long written = System.nanoTime();
        eider.awaitServing("1.0.0");
        System.out.println("slow copy of " + (written - start) / 1_000_000 + " ms serves " + (System.nanoTime() - written) / 1_000_000 + " ms later");
    }

    @Test
    void namesATruncatedJarAfterItStoodStillAndTakesItWhenItIsWhole() throws Exception {
        byte[] jar = PluginJar.named("acme.shop", "1.0.0").bytes();
        long start = System.nanoTime();
        eider.drop("shop.jar", Arrays.copyOf(jar, jar.length - 30));
        assertThat(eider.awaited("shop.jar", State.REFUSED).reason()).startsWith("is cut off");
        System.out.println("truncated jar named after " + (System.nanoTime() - start) / 1_000_000 + " ms");
        eider.drop("shop.jar", jar);
        eider.awaitServing("1.0.0");
    }

    @Test
    void takesAJarThatWasMovedIntoPlace() throws Exception {
        Path jar = Files.write(folder.resolve("elsewhere.jar"), PluginJar.named("acme.shop", "1.0.0").bytes());
        Files.move(jar, eider.home.resolve("plugins/shop.jar"), StandardCopyOption.ATOMIC_MOVE);
        System.out.println("moved jar serves after " + eider.awaitServing("1.0.0") + " ms");
    }

    @Test
    void servesABigJarToo() throws Exception {
        byte[] ballast = new byte[20 << 20];
        new Random(1).nextBytes(ballast);
        Path file = Files.write(folder.resolve("ballast.bin"), ballast);
        byte[] jar = PluginJar.named("acme.big", "1.0.0").with("-includeresource", "ballast.bin=" + file).bytes();
        eider.drop("big.jar", jar);
        System.out.println("jar of " + (jar.length >> 20) + " MB serves after " + eider.awaitServing("1.0.0") + " ms");
        eider.awaited("big.jar", State.SERVING);
    }

    @Test
    void letsTheHigherVersionWinBetweenTheFolders() throws Exception {
        Files.write(distribution.resolve("shop-1.jar"), PluginJar.named("acme.shop", "1.0.0").bytes());
        eider.awaitServing("1.0.0");
        Path mine = eider.drop("shop-1.10.jar", PluginJar.named("acme.shop", "1.10.0").bytes());
        eider.awaitServing("1.10.0");
        eider.drop("shop-1.9.jar", PluginJar.named("acme.shop", "1.9.0").bytes());
        assertThat(eider.awaited("shop-1.9.jar", State.SUPERSEDED).reason()).isEqualTo("version 1.10.0 of it serves from " + mine);
        eider.awaited("shop-1.jar", State.SUPERSEDED);
        assertThat(eider.installed()).hasSize(1);

        Files.delete(mine);
        eider.awaitServing("1.9.0");
        Files.delete(eider.home.resolve("plugins/shop-1.9.jar"));
        eider.awaitServing("1.0.0");
        eider.awaited("shop-1.jar", State.SERVING);
    }

    @Test
    void prefersTheHomeBetweenEqualVersions() throws Exception {
        byte[] jar = PluginJar.named("acme.shop", "1.0.0").bytes();
        Path shipped = Files.write(distribution.resolve("shipped.jar"), jar);
        eider.awaited("shipped.jar", State.SERVING);
        Path mine = eider.drop("mine.jar", jar);
        eider.awaited("mine.jar", State.SERVING);
        assertThat(eider.awaited("shipped.jar", State.SUPERSEDED).reason()).isEqualTo("the very same jar serves from " + mine);
        Files.delete(mine);
        eider.awaited("shipped.jar", State.SERVING);
        assertThat(shipped).exists();
    }

    @Test
    void leavesALowerVersionAloneWhileAHigherOneIsBad() throws Exception {
        byte[] two = PluginJar.named("acme.shop", "2.0.0").bytes();
        eider.drop("two.jar", two);
        eider.awaitServing("2.0.0");
        eider.drop("one.jar", PluginJar.named("acme.shop", "1.0.0").bytes());
        eider.awaited("one.jar", State.SUPERSEDED);
        eider.drop("two.jar", Arrays.copyOf(two, 1000));
        eider.awaited("two.jar", State.REFUSED);
        assertThat(eider.serving()).isEqualTo("2.0.0");
        Files.delete(eider.home.resolve("plugins/two.jar"));
        eider.awaitServing("1.0.0");
    }

    @Test
    void namesAComponentWhoseConstructorThrows() throws Exception {
        eider.drop("late.jar", PluginJar.of("throwing").bytes());
        eider.drop("good.jar", PluginJar.named("acme.good", "3.0.0").bytes());
        eider.drop("eager.jar", PluginJar.of("eager").bytes());
        assertThat(eider.awaited("eager.jar", State.FAILED).reason())
            .isEqualTo("component eider.deployer.sample.eager.EagerThrower could not be made: UnsupportedOperationException");
        eider.awaited("good.jar", State.SERVING);
        // a delayed component shows what it is worth when somebody uses it
        eider.awaited("late.jar", State.SERVING);
        for (ServiceReference<Source> reference : eider.framework.getBundleContext().getServiceReferences(Source.class, null)) {
            eider.framework.getBundleContext().getService(reference);
        }
        assertThat(eider.awaited("late.jar", State.FAILED).reason())
            .startsWith("component eider.deployer.sample.throwing.ThrowingSource could not be made: out of luck")
            .doesNotContain("\n", "\u001b");
        eider.awaited("good.jar", State.SERVING);
    }

    @Test
    void namesTheServiceThatAComponentWaitsFor() throws Exception {
        eider.drop("waiting.jar", PluginJar.of("waiting").bytes());
        assertThat(eider.awaited("waiting.jar", State.FAILED).reason())
            .isEqualTo("component eider.deployer.sample.waiting.Waiting waits for a service eider.engine.Queries");
    }

    @Test
    void takesPluginsThatNeedEachOtherInAnyOrder() throws Exception {
        eider.drop("reader.jar", PluginJar.of("user").with("Import-Package", "eider.deployer.sample.library").bytes());
        assertThat(eider.awaited("reader.jar", State.REFUSED).reason()).startsWith("needs the Java package eider.deployer.sample.library");
        Path library = eider.drop("library.jar",
            PluginJar.of("library").with("Private-Package", "").with("Export-Package", "eider.deployer.sample.library").bytes());
        eider.awaited("reader.jar", State.SERVING);
        Files.delete(library);
        assertThat(eider.awaited("reader.jar", State.REFUSED).reason()).startsWith("needs the Java package eider.deployer.sample.library");
    }

    @Test
    void ignoresTemporaryNamesAndOtherFiles() throws Exception {
        byte[] jar = PluginJar.named("acme.shop", "1.0.0").bytes();
        for (String name : List.of("shop.jar.part", "shop.jar.tmp", ".shop.jar", "README.md", "shop.jar~")) {
            eider.drop(name, jar);
        }
        Files.write(Files.createDirectory(eider.home.resolve("plugins/drivers")).resolve("driver.jar"), jar);
        eider.drop("good.jar", PluginJar.named("acme.good", "2.0.0").bytes());
        eider.awaited("good.jar", State.SERVING);
        assertThat(eider.plugins()).extracting(Plugin::file).containsExactly("good.jar");
    }

    @Test
    void takesOddNamesAndShowsThemHarmlessly() throws Exception {
        eider.drop("Größe & 100% 'x' #1 \u202e;$(id).JAR", PluginJar.named("acme.one", "1.0.0").bytes());
        eider.drop("line\nbreak \u001b[31m.jar", PluginJar.named("acme.two", "2.0.0").bytes());
        eider.awaitServing("1.0.0 2.0.0");
        eider.await("both are listed", () -> eider.plugins().size() == 2);
        assertThat(eider.plugins()).extracting(Plugin::file)
            .containsExactlyInAnyOrder("Größe & 100% 'x' #1 ?;$(id).JAR", "line?break ?[31m.jar");
    }

    @Test
    void refusesLinksThatLeaveTheFolder() throws Exception {
        Path outside = Files.write(folder.resolve("outside.jar"), PluginJar.named("acme.outside", "1.0.0").bytes());
        Path plugins = eider.home.resolve("plugins");
        Files.createSymbolicLink(plugins.resolve("out.jar"), outside);
        Files.createSymbolicLink(plugins.resolve("nowhere.jar"), plugins.resolve("nothing"));
        Files.createDirectory(plugins.resolve("folder.jar"));
        Files.write(plugins.resolve("inside"), PluginJar.named("acme.inside", "2.0.0").bytes());
        Files.createSymbolicLink(plugins.resolve("in.jar"), Path.of("inside"));
        assertThat(eider.awaited("out.jar", State.REFUSED).reason()).startsWith("is a link that leads out of the plugin folder, to ");
        assertThat(eider.awaited("nowhere.jar", State.REFUSED).reason()).startsWith("is a link that leads nowhere");
        assertThat(eider.awaited("folder.jar", State.REFUSED).reason()).startsWith("is a folder");
        eider.awaited("in.jar", State.SERVING);
        assertThat(eider.serving()).isEqualTo("2.0.0");
    }

    @Test
    void refusesWhatEverybodyMayWrite() throws Exception {
        Path plugins = eider.home.resolve("plugins");
        Files.setPosixFilePermissions(plugins, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path file = eider.drop("shop.jar", PluginJar.named("acme.shop", "1.0.0").bytes());
        assertThat(eider.awaited("shop.jar", State.REFUSED).reason())
            .isEqualTo("lies in a folder that everybody may write to, so anybody could put code there; run: chmod o-w " + plugins);
        assertThat(eider.serving()).isEmpty();

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.setPosixFilePermissions(plugins, PosixFilePermissions.fromString("rwxr-xr-x"));
        eider.await("the file is blamed", () -> eider.plugin("shop.jar").orElseThrow().reason().startsWith("can be changed by everybody"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        eider.awaitServing("1.0.0");
    }

    @Test
    void startsFromTheCacheWhatDidNotChange() throws Exception {
        eider.drop("same.jar", PluginJar.named("acme.same", "1.0.0").bytes());
        eider.drop("changed.jar", PluginJar.named("acme.changed", "2.0.0").bytes());
        eider.drop("gone.jar", PluginJar.named("acme.gone", "3.0.0").bytes());
        byte[] bad = PluginJar.named("acme.bad", "4.0.0").bytes();
        eider.drop("bad.jar", bad);
        eider.awaitServing("1.0.0 2.0.0 3.0.0 4.0.0");
        Bundle same = installed("acme.same");
        long id = same.getBundleId();
        long modified = same.getLastModified();
        eider.close();

        eider.drop("changed.jar", PluginJar.named("acme.changed", "2.5.0").bytes());
        eider.drop("bad.jar", Arrays.copyOf(bad, 500));
        Files.delete(eider.home.resolve("plugins/gone.jar"));
        eider = Running.on(eider.home, distribution);
        // no waiting: what lies there serves when the framework is up
        assertThat(eider.serving()).isEqualTo("1.0.0 2.5.0 4.0.0");
        assertThat(installed("acme.same").getBundleId()).isEqualTo(id);
        assertThat(installed("acme.same").getLastModified()).isEqualTo(modified);
        assertThat(eider.awaited("bad.jar", State.REFUSED).reason()).startsWith("is cut off").contains("Version 4.0.0");
    }

    @Test
    void doesNotRunWhatWasRemovedWhileItWasDown() throws Exception {
        Path file = eider.drop("shop.jar", PluginJar.named("acme.shop", "1.0.0").bytes());
        eider.awaitServing("1.0.0");
        eider.close();
        Files.delete(file);
        eider = Running.on(eider.home, distribution);
        assertThat(eider.serving()).isEmpty();
        assertThat(eider.installed()).isEmpty();
    }

    @Test
    void leavesNoClassLoaderAndNoThreadBehind() throws Exception {
        byte[] one = PluginJar.named("acme.shop", "1.0.0").bytes();
        byte[] two = PluginJar.named("acme.shop", "2.0.0").bytes();
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        int threads = 0;
        for (int round = 0; round < 10; round++) {
            Path file = eider.drop("shop.jar", one);
            eider.awaitServing("1.0.0");
            loaders.add(use("acme.shop"));
            eider.drop("shop.jar", two);
            eider.awaitServing("2.0.0");
            loaders.add(use("acme.shop"));
            Files.delete(file);
            eider.awaitServing("");
            threads = round == 0 ? Thread.activeCount() : threads;
        }
        eider.await("all class loaders are collected", () -> {
            System.gc();
            return loaders.stream().allMatch(loader -> loader.get() == null);
        });
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
    }

    @Test
    void answersWhileTheOldVersionIsBeingDrained() throws Exception {
        CountDownLatch draining = new CountDownLatch(1);
        CountDownLatch drained = new CountDownLatch(1);
        eider.framework.getBundleContext().addServiceListener(event -> {
            if (event.getType() == ServiceEvent.UNREGISTERING) {
                // what the core does: it lets a running sync finish before it lets go of the source
                draining.countDown();
                awaitQuietly(drained);
            }
        }, "(objectClass=" + Source.class.getName() + ")");
        eider.drop("shop.jar", PluginJar.named("acme.shop", "1.0.0").bytes());
        eider.awaitServing("1.0.0");
        Plugin before = eider.awaited("shop.jar", State.SERVING);
        eider.drop("shop.jar", PluginJar.named("acme.shop", "2.0.0").bytes());
        assertThat(draining.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(eider.plugins()).containsExactly(before);
        drained.countDown();
        eider.awaitServing("2.0.0");
        eider.await("the list tells the new version", () -> eider.plugin("shop.jar").orElseThrow().version().equals("2.0.0"));
    }

    @Test
    void costsNextToNothingWhileNothingHappens() throws Exception {
        for (int i = 0; i < 5; i++) {
            eider.drop("shop" + i + ".jar", PluginJar.named("acme.shop" + i, "1.0.0").bytes());
        }
        eider.await("all serve", () -> eider.installed().size() == 5);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long id = watchers().get(0).threadId();
        long start = threads.getThreadCpuTime(id);
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
        long millis = (threads.getThreadCpuTime(id) - start) / 2_000_000;
        System.out.println("idle, five plugins: " + millis + " ms of CPU in a second");
        assertThat(millis).isLessThan(200);
    }

    @Test
    void endsItsThreadWhenItStops() throws Exception {
        assertThat(watchers()).hasSize(1);
        eider.deployer.stop();
        assertThat(watchers()).isEmpty();
        eider.deployer.start();
        eider.drop("shop.jar", PluginJar.named("acme.shop", "1.0.0").bytes());
        eider.awaitServing("1.0.0");
    }

    @Test
    void servesFromAFolderThatComesLater() throws Exception {
        Files.delete(eider.home.resolve("plugins"));
        Files.createDirectory(eider.home.resolve("plugins"));
        eider.drop("shop.jar", PluginJar.named("acme.shop", "1.0.0").bytes());
        eider.awaitServing("1.0.0");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Thread> watchers() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("plugins")).toList();
    }

    private Bundle installed(String name) {
        return eider.installed().stream().filter(bundle -> bundle.getSymbolicName().equals(name)).findFirst().orElseThrow();
    }

    /** Makes the component, as the core does, and remembers its class loader. */
    private WeakReference<ClassLoader> use(String name) throws Exception {
        Bundle bundle = installed(name);
        ServiceReference<?> reference = bundle.getRegisteredServices()[0];
        assertThat(eider.framework.getBundleContext().getService(reference)).isInstanceOf(Source.class);
        eider.framework.getBundleContext().ungetService(reference);
        return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    /** A zip whose entries are {@code name} or {@code name:content}. */
    private static byte[] zip(String... entries) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream zip = new JarOutputStream(bytes)) {
            for (String entry : entries) {
                String[] parts = entry.split(":", 2);
                zip.putNextEntry(new ZipEntry(parts[0]));
                String content = parts.length == 1 ? "" : parts[0].endsWith(".MF") ? "Manifest-Version: 1.0\n" + parts[1] + "\n" : parts[1];
                zip.write(content.getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }
}
