package shoal.recipe.request;

import java.util.List;
import shoal.recipe.deepspeed.DeepSpeedKeys;
import shoal.recipe.huggingface.AcceleratorKeys;
import shoal.recipe.huggingface.TrainingArguments;
import shoal.recipe.key.Key;
import shoal.recipe.key.KeyGroup;
import shoal.recipe.key.Verdict;

/** The text of docs/arguments.md, made of the tables of names. */
final class ArgumentsPage {
    private static final String INTRODUCTION =
            """
            # Arguments

            Every name that Shoal reads: its own flags, HF's `TrainingArguments` (transformers 4.27 to 5.x) and the
            keys of a DeepSpeed file (0.8 to 0.19). A name is honoured, or refused when it is set to a value that would
            change the result in a way that is not supported, or without effect here, with the reason. A name that is
            not in this list is an error with the nearest known one; but at the top of a DeepSpeed file, where DeepSpeed
            ignores what it does not know, a name that is near no known one is only told of.

            A file of training arguments may be what `TrainingArguments.to_json_string()` wrote: null is "not set", and of
            two spellings of one setting the one that somebody set counts. In a DeepSpeed file, numbers and truth values
            that stand there as texts are taken or refused as DeepSpeed does, key by key. Values of names such as
            `hub_token` and `api_key` are shown as `***` everywhere, and neither sent nor kept.

            Flags win over the file of `--train_args_file`, which wins over the defaults. `--name value`,
            `--name=value`, hyphens for underscores, a truth value without a word and `--no_name` for one that is true
            by default are read as HF's parser reads them. `--deepspeed FILE`, or the key `deepspeed`, names the
            DeepSpeed file, relative to where the command is typed; `"auto"` in it takes HF's value, and a value that
            contradicts HF's is an error that names both lines.

            This page is generated from the tables in `recipe/`: do not edit it. `mvn test -pl recipe -Drewrite=true`
            writes it again.
            """;

    private final StringBuilder page = new StringBuilder(INTRODUCTION);

    private ArgumentsPage() {}

    static String text() {
        ArgumentsPage page = new ArgumentsPage();
        page.chapter("Shoal's own flags, and those of the usual training script", "elsewhere");
        page.table(OwnArguments.TABLE.keys());
        page.chapter("HF TrainingArguments", "HF");
        TrainingArguments.GROUPS.forEach(group -> page.group(group, "HF"));
        page.group(new KeyGroup("Members of accelerator_config", AcceleratorKeys.KEYS), "HF");
        page.chapter("DeepSpeed", "DeepSpeed");
        page.page.append(
                "\nNames are paths: `zero_optimization.stage` is `stage` in the object"
                        + " `zero_optimization`, and `section.*` is all of a section that is not"
                        + " listed.\n");
        DeepSpeedKeys.GROUPS.forEach(group -> page.group(group, "DeepSpeed"));
        return page.page.toString();
    }

    private String upstream = "";

    private void chapter(String title, String name) {
        upstream = name;
        page.append("\n## ").append(title).append('\n');
    }

    private void group(KeyGroup group, String name) {
        upstream = name;
        page.append("\n### ").append(group.title()).append('\n');
        table(group.keys());
    }

    private void table(List<Key> keys) {
        page.append("\n| name | takes | default | ").append(upstream).append(" | Shoal |\n");
        page.append("|---|---|---|---|---|\n");
        keys.forEach(this::row);
    }

    private void row(Key key) {
        page.append("| `").append(key.name()).append('`');
        key.aliases().forEach(alias -> page.append(", `").append(alias).append('`'));
        page.append(" | ").append(cell(key.type().expected()));
        page.append(" | ").append(key.defaultWord().isEmpty() ? "" : code(key.defaultWord()));
        page.append(" | ").append(cell(key.upstream()));
        page.append(" | ").append(cell(here(key))).append(" |\n");
    }

    private static String here(Key key) {
        if (key.verdict() == Verdict.HONOURED) {
            return key.here();
        }
        return "**" + key.verdict().words() + "**: " + key.here();
    }

    private static String code(String word) {
        return "`" + word + "`";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
