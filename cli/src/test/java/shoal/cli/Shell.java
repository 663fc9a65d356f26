package shoal.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import shoal.cli.client.FakeCoordinator;
import shoal.cli.outcome.Interrupts;
import shoal.cli.render.Screen;

/** Types commands into a working directory and keeps what they answer. */
final class Shell {
    private final Path workingDirectory;
    private final Map<String, String> environment = new HashMap<>();
    private Optional<Path> home = Optional.empty();
    private InstantSource clock = InstantSource.system();
    private byte[] in = {};
    private int mostOut = Integer.MAX_VALUE;

    Shell(Path workingDirectory) {
        this.workingDirectory = workingDirectory;
    }

    /** What a command left behind. */
    record Answer(int code, String out, String err) {}

    Shell with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** The project's own folder, with the sample. */
    static Path root() {
        return Path.of(System.getProperty("shoal.root"));
    }

    Shell withHome(Path folder) {
        home = Optional.of(folder);
        return this;
    }

    Shell withClock(InstantSource source) {
        clock = source;
        return this;
    }

    /** Piped into the commands that follow. */
    Shell piping(String text) {
        return piping(text.getBytes(UTF_8));
    }

    /** Piped into the commands that follow. */
    Shell piping(byte[] bytes) {
        in = bytes.clone();
        return this;
    }

    /** Whoever reads what the commands write goes after so many bytes. */
    Shell outClosedAfter(int bytes) {
        mostOut = bytes;
        return this;
    }

    /** Names this coordinator in the environment, with its token in a file. */
    Shell at(FakeCoordinator coordinator, Path tokenFile) throws java.io.IOException {
        java.nio.file.Files.writeString(tokenFile, coordinator.token().secret() + "\n");
        return with("SHOAL_COORDINATOR", coordinator.address().toString())
                .with("SHOAL_TOKEN_FILE", tokenFile.toString());
    }

    Answer type(String... words) {
        Screen screen = Screen.pipe(mostOut);
        CommandContext context =
                new CommandContext(
                        screen.console(),
                        new ByteArrayInputStream(in),
                        environment,
                        workingDirectory,
                        home,
                        clock,
                        Interrupts.ofThisThread());
        int code = new Main(context).run(words);
        return new Answer(code, screen.out(), screen.err());
    }
}
