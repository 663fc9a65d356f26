package shoal.cli;

import static java.util.Objects.requireNonNull;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import shoal.cli.outcome.Interrupts;
import shoal.cli.render.Console;
import shoal.model.checkpoint.HubCache;

/**
 * What a command finds around it; a test gives its own.
 *
 * @param console where it writes
 * @param in what is piped into it
 * @param environment environment variables
 * @param workingDirectory what relative paths start from
 * @param home the project's folder, with the bundled sample; empty where there is none
 * @param clock for ages and rates on the screen
 * @param interrupts Ctrl-C
 */
public record CommandContext(
        Console console,
        InputStream in,
        Map<String, String> environment,
        Path workingDirectory,
        Optional<Path> home,
        InstantSource clock,
        Interrupts interrupts) {
    public CommandContext {
        requireNonNull(console, "console");
        requireNonNull(in, "in");
        environment = Map.copyOf(environment);
        requireNonNull(workingDirectory, "workingDirectory");
        requireNonNull(home, "home");
        requireNonNull(clock, "clock");
        requireNonNull(interrupts, "interrupts");
    }

    /** Where HF's tools keep models that are named, not given as a folder. */
    HubCache hubCache() {
        return new HubCache(environment, path(environment.getOrDefault("HOME", ".")));
    }

    /** A path as the user typed it. */
    Path path(String typed) {
        return workingDirectory.resolve(typed);
    }
}
