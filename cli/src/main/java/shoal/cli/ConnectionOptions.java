package shoal.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import shoal.cli.client.Connection;
import shoal.cli.client.CoordinatorClient;
import shoal.recipe.UserException;
import shoal.wire.Access;
import shoal.wire.HostPort;
import shoal.wire.Token;

/** Which coordinator, as whom, and how it is known: flags first, then the environment. */
final class ConnectionOptions {
    private static final String ADDRESS_VARIABLE = "SHOAL_COORDINATOR";
    private static final String TOKEN_VARIABLE = "SHOAL_TOKEN_FILE";

    /** A token file holds one line of 70 characters. */
    private static final long TOKEN_FILE_BYTES = 4_096;

    @Option(
            names = "--coordinator",
            paramLabel = "HOST:PORT",
            description = "The coordinator; else $SHOAL_COORDINATOR.")
    private @Nullable String coordinator;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file of the coordinator's tokens folder; else $SHOAL_TOKEN_FILE.")
    private @Nullable String tokenFile;

    @Mixin private TrustOptions trust = new TrustOptions();

    /** Whether the command line names a coordinator; the environment may do so all the same. */
    boolean isTyped() {
        return coordinator != null;
    }

    /** Whether a coordinator is named at all. */
    boolean isNamed(CommandContext context) {
        return coordinator != null
                || !context.environment().getOrDefault(ADDRESS_VARIABLE, "").isEmpty();
    }

    Connection resolve(CommandContext context) {
        Given address = given(context, coordinator, "--coordinator", ADDRESS_VARIABLE);
        HostPort hostPort;
        try {
            hostPort = HostPort.parse(address.value());
        } catch (IllegalArgumentException e) {
            throw new UserException(address.origin(), String.valueOf(e.getMessage()));
        }
        Given file = given(context, tokenFile, "--token-file", TOKEN_VARIABLE);
        String origin = file.origin() + " " + file.value();
        Token token = read(context.path(file.value()), origin);
        Access access = new Access(hostPort, token, trust.resolve(context));
        TrustOptions.requireUnexposed(access, address.origin());
        return new Connection(access, address.origin(), origin);
    }

    /** A client of it, which says on standard error what it waits for. */
    CoordinatorClient client(CommandContext context) {
        return CoordinatorClient.open(resolve(context), context.console().err()::println);
    }

    private record Given(String value, String origin) {}

    private static Given given(
            CommandContext context, @Nullable String flag, String flagName, String variable) {
        if (flag != null) {
            return new Given(flag, flagName);
        }
        String value = context.environment().getOrDefault(variable, "");
        if (!value.isEmpty()) {
            return new Given(value, variable);
        }
        if (flagName.equals("--coordinator")) {
            throw new UserException(
                    flagName,
                    "no coordinator is named. Pass --coordinator HOST:PORT or set "
                            + variable
                            + "; `shoal train` needs none");
        }
        throw new UserException(
                flagName,
                "no token is given. Pass "
                        + flagName
                        + " FILE or set "
                        + variable
                        + "; the files are in the tokens folder of the coordinator's data folder");
    }

    private static Token read(Path file, String origin) {
        try {
            if (Files.size(file) > TOKEN_FILE_BYTES) {
                throw unusable(origin, "it has " + Files.size(file) + " bytes, a token has 70");
            }
            return new Token(Files.readString(file, StandardCharsets.ISO_8859_1).strip());
        } catch (NoSuchFileException e) {
            throw unusable(origin, "there is no such file");
        } catch (IOException e) {
            throw unusable(origin, "it cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw unusable(origin, "it holds no token: " + e.getMessage());
        }
    }

    private static UserException unusable(String origin, String why) {
        return new UserException(
                origin,
                why + ". The files are in the tokens folder of the coordinator's data folder");
    }
}
