package shoal.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user of the library does not get with it. */
final class ClassPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.grpc.Channel",
                "io.netty.buffer.ByteBuf",
                "io.vertx.core.Vertx",
                "com.google.protobuf.Message",
                "org.sqlite.JDBC",
                "picocli.CommandLine",
                "shoal.coordinator.Coordinator",
                "shoal.worker.Worker",
                "shoal.wire.Token",
                "shoal.cli.Main"
            })
    void the_class_path_has_no(String name) {
        assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void its_jars_have_no_network_library() {
        assertThat(jars()).anyMatch(jar -> jar.contains("pytorch-engine"));
        assertThat(jars())
                .noneMatch(jar -> jar.matches("(?i).*(grpc|netty|vertx|protobuf|sqlite|picocli).*"))
                .noneMatch(jar -> jar.matches(".*/(proto|coordinator|worker|cli)/target/.*"));
    }

    private static String[] jars() {
        String path =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(path.split(":", -1))
                .map(entry -> entry.replaceFirst(".*/repository/", ""))
                .toArray(String[]::new);
    }
}
