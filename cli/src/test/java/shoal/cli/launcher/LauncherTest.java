package shoal.cli.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LauncherTest {
    private static final String JAR = "cli/target/shoal-cli.jar";

    @TempDir private Path folder;
    private Path home;
    private Path jdk;

    private record Answer(int code, List<String> lines) {}

    /** A project with a jar, a java that prints its arguments, a mvn that makes the jar. */
    @BeforeEach
    void lay() throws IOException {
        home = folder.resolve("pro ject");
        jdk = folder.resolve("jdk");
        Path script = Path.of(System.getProperty("shoal.root"), "shoal");
        write(home.resolve("shoal"), Files.readString(script));
        write(home.resolve("pom.xml"), "");
        write(home.resolve("cli/src/main/A.java"), "");
        write(home.resolve("cli/pom.xml"), "");
        write(home.resolve(JAR), "");
        age(home.resolve("pom.xml"), 200);
        age(home.resolve("cli/pom.xml"), 200);
        age(home.resolve("cli/src/main/A.java"), 200);
        age(home.resolve(JAR), 100);
        write(jdk.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
        write(jdk.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        write(jdk.resolve("bin/mvn"), "#!/bin/sh\necho \"mvn $*\" >>mvn.log\ntouch " + JAR + "\n");
    }

    @Test
    void each_verb_runs_the_jar_with_settings_of_its_kind() throws Exception {
        assertThat(run("train", "--seed", "7").lines())
                .contains("@" + home + "/cli/src/main/resources/shoal/cli/jvm/train.options")
                .endsWith("-jar", home + "/" + JAR, "train", "--seed", "7");
        assertThat(run("worker").lines()).anyMatch(line -> line.endsWith("jvm/worker.options"));
        assertThat(run("runs").lines()).anyMatch(line -> line.endsWith("jvm/client.options"));
        assertThat(run("predict").lines()).anyMatch(line -> line.endsWith("jvm/predict.options"));
        assertThat(home.resolve("mvn.log")).doesNotExist();
    }

    @Test
    void every_kind_has_its_settings() {
        for (String kind : List.of("client", "train", "coordinator", "worker", "predict")) {
            assertThat(getClass().getResource("/shoal/cli/jvm/" + kind + ".options")).isNotNull();
        }
    }

    @Test
    void it_runs_through_a_link_and_from_anywhere() throws Exception {
        Path link = folder.resolve("bin/shoal");
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, home.resolve("shoal"));

        assertThat(start(link, folder, "version").lines()).contains("-Dshoal.home=" + home);
    }

    @Test
    void more_options_come_last() throws Exception {
        List<String> lines = run("train").lines();

        assertThat(lines).containsSubsequence("-Xmx2g", "-Dx=y", "-jar");
    }

    @Test
    void it_builds_where_there_is_no_jar_and_says_so() throws Exception {
        Files.delete(home.resolve(JAR));

        Answer answer = run("version");

        assertThat(answer.lines().get(0)).startsWith("shoal: building with Maven");
        assertThat(answer.lines()).endsWith("version");
        assertThat(Files.readString(home.resolve("mvn.log")))
                .isEqualTo("mvn -B -q -Dmaven.test.skip=true package -pl cli -am\n");
    }

    @Test
    void it_builds_once_after_a_change() throws Exception {
        age(home.resolve("cli/src/main/A.java"), 50);

        run("version");
        run("version");

        assertThat(Files.readAllLines(home.resolve("mvn.log"))).hasSize(1);
    }

    @Test
    void a_build_that_fails_shows_mavens_words_and_ends_with_70() throws Exception {
        Files.delete(home.resolve(JAR));
        write(jdk.resolve("bin/mvn"), "#!/bin/sh\necho cannot find symbol\nexit 1\n");

        Answer answer = run("version");

        assertThat(answer.code()).isEqualTo(70);
        assertThat(answer.lines())
                .contains("cannot find symbol")
                .last()
                .asString()
                .contains("did not succeed; its output is above");
        assertThat(home.resolve("cli/target/shoal-built")).doesNotExist();
    }

    @Test
    void an_older_java_is_refused_by_its_version() throws Exception {
        write(jdk.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");

        Answer answer = run("version");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.lines())
                .containsExactly(
                        "shoal: "
                                + jdk
                                + "/bin/java is version 11.0.2; Shoal needs 17 or newer. Set"
                                + " JAVA_HOME to a newer JDK.");
    }

    @Test
    void a_java_without_a_release_file_is_asked_for_its_version() throws Exception {
        Files.delete(jdk.resolve("release"));
        write(
                jdk.resolve("bin/java"),
                "#!/bin/sh\n[ \"$1\" = -version ] && echo 'openjdk version \"1.8.0_402\"' >&2\n");

        assertThat(run("version").lines().get(0)).contains("is version 1.8.0_402; Shoal needs 17");
    }

    private Answer run(String... words) throws IOException, InterruptedException {
        return start(home.resolve("shoal"), home, words);
    }

    private Answer start(Path script, Path directory, String... words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", script.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().put("PATH", jdk + "/bin:" + System.getenv("PATH"));
        builder.environment().put("SHOAL_JAVA_OPTIONS", "-Xmx2g -Dx=y");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return new Answer(process.exitValue(), output.lines().toList());
    }

    private static void write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void age(Path file, int seconds) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(seconds)));
    }
}
