package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * By what a request that changes something is known when it is sent again.
 *
 * @param id random, the client's
 * @param content of the request without its id: the same id stands for nothing else
 */
public record RequestKey(String id, Hash content) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    public RequestKey {
        requireNonNull(id, "id");
        requireNonNull(content, "content");
        if (!FORM.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "request_id has "
                            + id.length()
                            + " characters, expected 32 hex digits, chosen at random for each"
                            + " request");
        }
    }
}
