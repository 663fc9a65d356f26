package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * README.md of a trained model: what it is, how it was trained and how well it does.
 *
 * @param name of the model
 * @param results evaluation values of the last evaluation, by HF's names; may be empty
 * @param settings values of the run that the result depends on, by HF's names
 */
public record ModelCard(String name, List<Entry> results, List<Entry> settings) {
    /** In every card, and in no README of somebody else. */
    private static final String SENTENCE = "A GPT-2 text classifier, trained with Shoal.";

    /** A name and a value, already as text. */
    public record Entry(String name, String value) {
        public Entry {
            requireNonNull(name, "name");
            requireNonNull(value, "value");
        }
    }

    public ModelCard {
        requireNonNull(name, "name");
        results = List.copyOf(results);
        settings = List.copyOf(settings);
    }

    /** The file's text: front matter as model hubs read it, then Markdown. */
    public String markdown() {
        StringBuilder card = new StringBuilder();
        card.append("---\nlibrary_name: transformers\npipeline_tag: text-classification\n");
        card.append("tags:\n- gpt2\n- shoal\n---\n\n# ").append(plain(name)).append("\n\n");
        card.append(SENTENCE).append("\n\n");
        card.append("Load it with `GPT2ForSequenceClassification.from_pretrained`.");
        card.append(" It reads the last token of a text; no special tokens are added.\n");
        section(card, "Results", results);
        section(card, "Training", settings);
        return card.toString();
    }

    /** Whether a file is a model card of Shoal's. */
    static boolean isOne(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).contains(SENTENCE);
    }

    private static void section(StringBuilder card, String title, List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        card.append("\n## ").append(title).append("\n\n| name | value |\n|---|---|\n");
        for (Entry entry : entries) {
            card.append("| ").append(plain(entry.name()));
            card.append(" | ").append(plain(entry.value())).append(" |\n");
        }
    }

    /** Keeps a value on its line and in its cell. */
    private static String plain(String text) {
        return text.replaceAll("[\\r\\n`|]", " ");
    }
}
