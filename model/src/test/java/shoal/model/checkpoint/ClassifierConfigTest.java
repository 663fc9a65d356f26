package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Golden;

class ClassifierConfigTest {
    @TempDir Path folder;

    @Test
    void a_classifiers_configuration_is_saved_with_the_bytes_that_hf_writes() {
        ModelFolder model = ModelFolder.open(Folders.classifier(folder), "m");

        assertThat(model.classifierConfigJson()).isEqualTo(Golden.text("classifier/config.json"));
    }

    @Test
    void a_language_model_becomes_a_classifier_of_two_without_label_names() {
        Folders.language(folder, "f32.safetensors", "model.safetensors");

        String json = ModelFolder.open(folder, "m").classifierConfigJson();

        String expected =
                Golden.text("binary/config.json")
                        .replace(
                                "  \"attn_pdrop\"",
                                "  \"architectures\": [\n    \"GPT2ForSequenceClassification\"\n  ],\n"
                                        + "  \"attn_pdrop\"")
                        .replace("  \"embd_pdrop\"", "  \"dtype\": \"float32\",\n  \"embd_pdrop\"");
        assertThat(json).isEqualTo(expected);
    }

    @Test
    void defaults_that_the_folder_leaves_out_are_spelled_out() {
        Folders.language(folder, "f32.safetensors", "model.safetensors");
        Folders.write(
                folder.resolve("config.json"),
                "{\"model_type\": \"gpt2\", \"vocab_size\": 60, \"n_positions\": 16, \"n_embd\": 8,"
                        + " \"n_layer\": 2, \"n_head\": 2, \"torch_dtype\": \"float16\","
                        + " \"_name_or_path\": \"x\", \"task_specific_params\": {\"a\": 1}}");

        String json = ModelFolder.open(folder, "m").classifierConfigJson();

        assertThat(json)
                .contains("\"summary_type\": \"cls_index\"", "\"bos_token_id\": 50256")
                .contains("\"layer_norm_epsilon\": 1e-05", "\"dtype\": \"float32\"")
                .contains("\"task_specific_params\": {\n    \"a\": 1\n  }")
                .doesNotContain("torch_dtype", "_name_or_path");
    }

    @Test
    void names_of_labels_are_kept_where_they_fit_and_made_where_not() {
        Folders.language(folder, "f32.safetensors", "model.safetensors");
        Folders.edit(
                folder,
                "\"n_layer\"",
                "\"id2label\": {\"0\": \"bad\", \"1\": \"good\"}, \"n_layer\"");

        assertThat(ModelFolder.open(folder, "m").classifierConfigJson())
                .contains("\"id2label\": {\n    \"0\": \"bad\",\n    \"1\": \"good\"\n  }")
                .contains("\"label2id\": {\n    \"bad\": 0,\n    \"good\": 1\n  }");
        assertThat(ModelFolder.open(folder, "m", 12).classifierConfigJson())
                .contains("\"9\": \"LABEL_9\",\n    \"10\": \"LABEL_10\"")
                .contains("\"LABEL_1\": 1,\n    \"LABEL_10\": 10,\n    \"LABEL_11\": 11");
    }
}
