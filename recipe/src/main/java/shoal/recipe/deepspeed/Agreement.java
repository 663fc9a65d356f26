package shoal.recipe.deepspeed;

import java.math.BigInteger;
import java.util.List;
import shoal.recipe.Problems;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Origin;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;
import shoal.recipe.key.ValueType;
import shoal.recipe.key.Values;

/**
 * Brings a DeepSpeed file and the training arguments together: {@code "auto"} takes HF's value, and
 * a value that is not HF's is a problem that names both lines.
 */
final class Agreement {
    private final Settings arguments;
    private final Problems problems;
    private Settings file;

    Agreement(Settings file, Settings arguments, Problems problems) {
        this.file = file;
        this.arguments = arguments;
        this.problems = problems;
    }

    Settings file() {
        return file;
    }

    /** Fills one key from one argument, or checks that it is the same. */
    void match(String name, String argument) {
        Setting ours = arguments.of(argument);
        boolean nullIsZero = ours.value() instanceof JsonNull;
        match(name, nullIsZero ? JsonNumber.of(0) : ours.value(), ours.reference(), argument);
    }

    /** As {@link #match(String, String)}; where the file has no value, DeepSpeed's own counts. */
    void matchOrDefault(String name, String argument, double otherwise) {
        Setting ours = arguments.of(argument);
        if (file.of(name).value() instanceof JsonNull) {
            if (arguments.number(argument) != otherwise) {
                missing(name, String.valueOf(otherwise), ours.reference());
            }
            return;
        }
        match(name, argument);
    }

    /** DeepSpeed's pair of betas are two arguments of HF. */
    void matchBetas() {
        Setting beta1 = arguments.of("adam_beta1");
        Setting beta2 = arguments.of("adam_beta2");
        JsonValue pair = DeepSpeedRecipe.betas(beta1.value(), beta2.value());
        String reference = beta1.reference() + " and " + beta2.reference();
        String name = "optimizer.params.betas";
        boolean isDefault =
                arguments.number("adam_beta1") == 0.9 && arguments.number("adam_beta2") == 0.999;
        if (!(file.of(name).value() instanceof JsonNull)) {
            match(name, pair, reference, "adam_beta1 and adam_beta2");
        } else if (!isDefault) {
            missing(name, "[0.9, 0.999]", reference);
        }
    }

    /** DeepSpeed's train_batch_size is a product of HF's arguments and the ranks. */
    void matchBatch(int ranks) {
        Setting rows = arguments.of("per_device_train_batch_size");
        Setting rounds = arguments.of("gradient_accumulation_steps");
        // Three ints may be beyond a long.
        BigInteger product =
                BigInteger.valueOf(arguments.whole("per_device_train_batch_size"))
                        .multiply(
                                BigInteger.valueOf(arguments.whole("gradient_accumulation_steps")))
                        .multiply(BigInteger.valueOf(ranks));
        String reference =
                rows.value().inWords()
                        + " per device ("
                        + rows.origin().where()
                        + ") x "
                        + rounds.value().inWords()
                        + " ("
                        + rounds.origin().where()
                        + ") x "
                        + ranks
                        + (ranks == 1 ? " rank" : " ranks")
                        + " = "
                        + product;
        match(
                "train_batch_size",
                new JsonNumber(product.toString(), 0),
                reference,
                "per_device_train_batch_size x gradient_accumulation_steps x ranks");
    }

    /** Fills "auto" of a key that HF does not compare. */
    void fill(String name, JsonValue value, String from) {
        if (file.isAuto(name)) {
            replace(file.of(name), value, from);
        }
    }

    /** A value that is not HF's. */
    void contradiction(Setting theirs, String reference, String expected) {
        problems.add(
                theirs.where(),
                theirs.inWords()
                        + ", but "
                        + reference
                        + ". Set it to "
                        + expected
                        + " or \"auto\"");
    }

    private void match(String name, JsonValue value, String reference, String from) {
        Setting theirs = file.of(name);
        if (ValueType.OrAuto.isAuto(theirs.value())) {
            replace(theirs, value, from);
        } else if (theirs.isGiven()
                && !(theirs.value() instanceof JsonNull)
                && !Values.same(theirs.value(), value)) {
            contradiction(theirs, reference, Values.plain(value));
        }
    }

    private void missing(String name, String otherwise, String reference) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        String type = name.substring(0, name.indexOf('.')) + ".type";
        problems.add(
                file.of(type).where(),
                name
                        + " is missing, and DeepSpeed would take "
                        + otherwise
                        + ", but "
                        + reference
                        + ". Add \""
                        + last
                        + "\": \"auto\"");
    }

    private void replace(Setting theirs, JsonValue value, String from) {
        Origin origin =
                theirs.origin() instanceof Origin.File line
                        ? new Origin.Filled(line.path(), line.line(), from)
                        : theirs.origin();
        file = file.with(List.of(new Setting(theirs.key(), value, origin)));
    }
}
