package shoal.recipe.request;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import shoal.recipe.deepspeed.DeepSpeedKeys;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.KeyTable;

/**
 * Whose names a settings file has: the two kinds are easily given in each other's place.
 *
 * @param what what such a file holds, as a message says it
 * @param remedy how one is given
 * @param table its names; those of sections are paths with dots
 */
record Dialect(String what, String remedy, KeyTable table) {
    /** HF's training arguments, with the training script's and Shoal's own. */
    static final Dialect TRAINING_ARGUMENTS =
            new Dialect(
                    "HF's training arguments",
                    "Give it with --train_args_file, or without one as flags",
                    OwnArguments.ALL);

    /** A DeepSpeed file. */
    static final Dialect DEEPSPEED =
            new Dialect(
                    "DeepSpeed's settings",
                    "Give it with --deepspeed, or name it by \"deepspeed\" in the training"
                            + " arguments",
                    DeepSpeedKeys.TABLE);

    Dialect {
        requireNonNull(what, "what");
        requireNonNull(remedy, "remedy");
        requireNonNull(table, "table");
    }

    /** What to say of a file that is wholly of another dialect; empty where it is not. */
    Optional<String> mistaken(JsonObject root, Dialect other) {
        Optional<Map.Entry<String, JsonValue>> tell = Optional.empty();
        for (Map.Entry<String, JsonValue> member : root.members().entrySet()) {
            boolean mine = has(member.getKey());
            boolean theirs = other.has(member.getKey());
            if (mine && !theirs) {
                return Optional.empty();
            }
            if (theirs && !mine && tell.isEmpty()) {
                tell = Optional.of(member);
            }
        }
        return tell.map(
                member ->
                        String.format(
                                "holds %s (%s, line %d), expected %s. %s",
                                other.what,
                                member.getKey(),
                                member.getValue().line(),
                                what,
                                other.remedy));
    }

    private boolean has(String name) {
        return table.names().stream()
                .anyMatch(known -> known.equals(name) || known.startsWith(name + "."));
    }
}
