package shoal.recipe.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.AccessDeniedException;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.recipe.Problem;
import shoal.recipe.UserException;

/** Every kind of bad input of flags and training arguments, with its exact message. */
class BadInputTest {
    @Test
    void all_problems_of_all_files_come_at_once() {
        List<String> problems =
                Typed.arguments(
                                "\"learning_rat\": 1e-4",
                                "\"seed\": 1.5",
                                "\"deepspeed\": \"ds.json\"")
                        .file("ds.json", "\"zero_optimisation\": {}", "\"train_batch_size\": 60")
                        .and("--max_seq_length", "long")
                        .problems();

        assertThat(problems)
                .containsExactly(
                        "--max_seq_length: is \"long\", expected an integer of at least 1",
                        "args.json:2: learning_rat is not known; did you mean learning_rate?",
                        "args.json:3: seed is 1.5, expected an integer from 0 to 4294967295",
                        "ds.json:2: zero_optimisation is not known; did you mean"
                                + " zero_optimization?",
                        "ds.json:3: train_batch_size is 60, but 8 per device (default) x 1"
                                + " (default) x 1 rank = 8. Set it to 8 or \"auto\"");
    }

    @Test
    void a_file_given_in_the_other_one_s_place_is_told_as_a_whole() {
        assertThat(
                        Typed.arguments(
                                        "\"gradient_accumulation_steps\": 2",
                                        "\"zero_optimization\": {\"stage\": 2}",
                                        "\"train_batch_size\": \"auto\"")
                                .problems())
                .containsExactly(
                        "args.json: holds DeepSpeed's settings (zero_optimization, line 3),"
                                + " expected HF's training arguments. Give it with --deepspeed, or"
                                + " name it by \"deepspeed\" in the training arguments");
        assertThat(
                        Typed.words("--deepspeed", "ds.json")
                                .file("ds.json", "\"fp16\": false", "\"learning_rate\": 1e-4")
                                .problems())
                .containsExactly(
                        "ds.json: holds HF's training arguments (learning_rate, line 3), expected"
                                + " DeepSpeed's settings. Give it with --train_args_file, or"
                                + " without one as flags");
    }

    @Test
    void wrong_types_are_named_with_what_was_expected() {
        assertThat(
                        Typed.arguments(
                                        "\"learning_rate\": \"5e-5\"",
                                        "\"fp16\": \"false\"",
                                        "\"num_train_epochs\": 0",
                                        "\"per_device_train_batch_size\": 0",
                                        "\"eval_strategy\": \"step\"",
                                        "\"output_dir\": null",
                                        "\"adam_beta1\": 1.0",
                                        "\"label_names\": [1]",
                                        "\"warmup_ratio\": 2",
                                        "\"max_grad_norm\": []")
                                .problems())
                .containsExactly(
                        "args.json:2: learning_rate is \"5e-5\", expected a number from 0 to"
                                + " 1000000",
                        "args.json:3: fp16 is \"false\", expected true or false",
                        "args.json:4: num_train_epochs is 0, expected a number above 0 and at"
                                + " most 1000000",
                        "args.json:5: per_device_train_batch_size is 0, expected an integer of at"
                                + " least 1",
                        "args.json:6: eval_strategy is \"step\", expected one of \"no\","
                                + " \"steps\", \"epoch\"",
                        "args.json:8: adam_beta1 is 1.0, expected a number from 0 to"
                                + " 0.9999999999999999",
                        "args.json:9: label_names is a list, expected a text or a list of texts,"
                                + " or null",
                        "args.json:10: warmup_ratio is 2, expected a number from 0 to 1, or null",
                        "args.json:11: max_grad_norm is a list, expected a number from 0 to"
                                + " 1000000000, or null");
    }

    @Test
    void flags_are_checked_as_files_are() {
        assertThat(
                        Typed.words(
                                        "--learning_rat=1e-4",
                                        "--seed",
                                        "--bf16",
                                        "--tf32",
                                        "maybe",
                                        "stray",
                                        "--no_seed",
                                        "--dataloader-num-workers",
                                        "-1",
                                        "--warmup_steps",
                                        "1.5")
                                .problems())
                .containsExactly(
                        "--learning_rat: learning_rat is not known; did you mean learning_rate?",
                        "--seed: has no value, expected an integer from 0 to 4294967295",
                        "--tf32: is \"maybe stray\", expected true or false, or null",
                        "--no_seed: no_seed is not known; docs/arguments.md lists the names",
                        "--dataloader-num-workers: is \"-1\", expected an integer of at least 0",
                        "--bf16: is true. Bfloat16 is not supported: on a CPU without AMX it is a"
                                + " hundred times slower than fp32. Set it to false",
                        "--warmup_steps: is 1.5. Above 1 it counts steps and must be whole");
        assertThat(Typed.words().and("-x", "--lanes", "9999").problems())
                .containsExactly(
                        "-x: x is not known; docs/arguments.md lists the names",
                        "--lanes: is \"9999\", expected an integer from 0 to 1024");
    }

    @Test
    void words_before_the_first_flag_are_no_flags() {
        UserException refused = refused(List.of("train.tsv"));

        assertThat(refused.problems().get(0))
                .isEqualTo(
                        new Problem(
                                "train.tsv",
                                "is no flag; values follow a flag such as --learning_rate 5e-5"));
    }

    @Test
    void what_every_run_needs_is_asked_for() {
        assertThat(refused(List.of()))
                .hasMessage(
                        "--train_file: is missing: give the rows to train on\n"
                                + "--pretrained_model_name_or_path: is missing: give the model to"
                                + " start from");
    }

    @Test
    void an_empty_file_name_is_asked_for_by_its_flag() {
        assertThat(refused(List.of("--train_file", "", "--pretrained_model_name_or_path", "m")))
                .hasMessage("--train_file: is empty: give the rows to train on");
    }

    @Test
    void a_misspelt_word_of_many_gets_the_nearest_one() {
        assertThat(Typed.words("--optim", "adamw_troch").problems())
                .singleElement()
                .asString()
                .endsWith("words; did you mean adamw_torch?");
        assertThat(Typed.arguments("\"optim\": \"adamw_troch\"").problems())
                .singleElement()
                .asString()
                .startsWith("args.json:2: optim is \"adamw_troch\", expected one of ")
                .endsWith("words; did you mean adamw_torch?");
    }

    @Test
    void a_file_that_cannot_be_read_is_named_where_it_is_asked_for() {
        assertThat(Typed.words("--train_args_file", "a.json", "--deepspeed", "b.json").problems())
                .containsExactly(
                        "--train_args_file: there is no file a.json",
                        "--deepspeed: there is no file b.json");
        assertThat(Typed.arguments("\"deepspeed\": \"b.json\"").problems())
                .containsExactly("args.json:2: there is no file b.json");
        RecipeSources denied =
                new RecipeSources(
                        List.of("--train_args_file", "a.json"),
                        path -> {
                            throw new AccessDeniedException(path);
                        });
        assertThat(problems(denied)).contains("--train_args_file: the file a.json may not be read");
    }

    @Test
    void a_file_that_is_no_json_object_is_named_with_its_line() {
        RecipeSources cut =
                new RecipeSources(
                        List.of("--train_args_file", "a.json"),
                        path -> "{\n\"seed\": 1".getBytes(UTF_8));

        assertThat(problems(cut))
                .contains("a.json:2: ends in the middle of a value; the file was cut off");
        assertThat(Typed.arguments("\"seed\": 1", "\"seed\": 2").problems())
                .containsExactly(
                        "args.json:3: the key \"seed\" stands twice, first on line 2; remove one");
    }

    @Test
    void old_and_new_names_must_agree() {
        assertThat(
                        Typed.arguments(
                                        "\"evaluation_strategy\": \"no\"",
                                        "\"eval_strategy\": \"epoch\"",
                                        "\"no_cuda\": true",
                                        "\"use_cpu\": true")
                                .and("--eval_file", "e.tsv")
                                .problems())
                .containsExactly(
                        "args.json:3: eval_strategy is \"epoch\", but evaluation_strategy is"
                                + " \"no\" (args.json:2); they are one setting. Remove one");
        assertThat(
                        Typed.arguments(
                                        "\"group_by_length\": true",
                                        "\"train_sampling_strategy\": \"sequential\"")
                                .problems())
                .containsExactly(
                        "args.json:2: group_by_length is true, but train_sampling_strategy is"
                                + " \"sequential\" (args.json:3). Remove one");
    }

    @Test
    void evaluating_without_rows_is_refused_as_hf_does() {
        assertThat(Typed.arguments("\"evaluation_strategy\": \"steps\"").problems())
                .containsExactly(
                        "args.json:2: eval_strategy is \"steps\". There is nothing to evaluate"
                                + " on: give --eval_file, or set it to \"no\"");
    }

    @Test
    void steps_of_a_cadence_are_whole_or_a_share_and_never_zero() {
        assertThat(
                        Typed.arguments("\"logging_steps\": 0", "\"save_steps\": 2.5")
                                .and("--eval_file", "e.tsv", "--eval_strategy=steps")
                                .and("--eval_steps", "1.5")
                                .problems())
                .containsExactly(
                        "--eval_steps: is 1.5. Above 1 it counts steps and must be whole",
                        "args.json:2: logging_steps is 0. Steps are counted, so it must be above"
                                + " 0",
                        "args.json:3: save_steps is 2.5. Above 1 it counts steps and must be"
                                + " whole");
    }

    @Test
    void the_best_model_needs_evaluations_that_are_compared_and_saved() {
        assertThat(
                        Typed.arguments(
                                        "\"load_best_model_at_end\": true",
                                        "\"eval_strategy\": \"epoch\"",
                                        "\"save_strategy\": \"steps\"")
                                .and("--eval_file", "dev.tsv")
                                .problems())
                .containsExactly(
                        "args.json:2: load_best_model_at_end is true. eval_strategy is \"epoch\" and"
                                + " save_strategy is \"steps\"; set both to the same");
        assertThat(
                        Typed.arguments(
                                        "\"load_best_model_at_end\": true",
                                        "\"eval_strategy\": \"steps\"",
                                        "\"eval_steps\": 10",
                                        "\"save_steps\": 15")
                                .and("--eval_file", "dev.tsv")
                                .problems())
                .containsExactly(
                        "args.json:2: load_best_model_at_end is true. save_steps is 15, but must be"
                                + " a multiple of the steps between evaluations, 10");
        assertThat(
                        Typed.arguments(
                                        "\"early_stopping_patience\": 3",
                                        "\"eval_strategy\": \"epoch\"",
                                        "\"save_strategy\": \"best\"")
                                .and("--eval_file", "dev.tsv")
                                .problems())
                .containsExactly(
                        "args.json:2: early_stopping_patience is 3. Say which evaluation is"
                                + " better: set metric_for_best_model",
                        "args.json:4: save_strategy is \"best\". Say which evaluation is better:"
                                + " set metric_for_best_model");
        assertThat(Typed.words("--eval_on_start", "true").problems())
                .containsExactly(
                        "--eval_on_start: is true. There is nothing to evaluate on: give"
                                + " --eval_file, or set it to false");
    }

    @Test
    void what_is_not_supported_is_refused_with_a_remedy() {
        assertThat(
                        Typed.arguments(
                                        "\"fp16\": true",
                                        "\"optim\": \"lion_32bit\"",
                                        "\"lr_scheduler_type\": \"reduce_lr_on_plateau\"",
                                        "\"save_only_model\": true",
                                        "\"save_safetensors\": false",
                                        "\"metric_for_best_model\": \"eval_auc\"",
                                        "\"push_to_hub\": true",
                                        "\"fsdp\": \"full_shard\"")
                                .problems())
                .containsExactly(
                        "args.json:2: fp16 is true. Float16 is not supported: training on a CPU"
                                + " computes in fp32. Set it to false",
                        "args.json:9: fsdp is \"full_shard\". FSDP is not supported. Remove it; a"
                                + " DeepSpeed file's zero_optimization shards state",
                        "args.json:3: optim is \"lion_32bit\". This optimizer is not supported. Set"
                                + " it to \"adamw_torch\"",
                        "args.json:4: lr_scheduler_type is \"reduce_lr_on_plateau\". Schedules"
                                + " that follow a metric are not supported. Set it to \"linear\""
                                + " or \"cosine\"",
                        "args.json:7: metric_for_best_model is \"eval_auc\". The metrics are"
                                + " loss, accuracy, precision, recall, f1");
        assertThat(Typed.words("--optim", "sgd").problems())
                .containsExactly(
                        "--optim: is \"sgd\". This optimizer is not supported. Set it to"
                                + " \"adamw_torch\"");
    }

    @Test
    void empty_words_of_refused_keys_are_their_defaults() {
        assertThat(Typed.arguments("\"fsdp\": \"\"", "\"sharded_ddp\": []").recipe()).isNotNull();
        assertThat(Typed.arguments("\"fsdp\": []", "\"deepspeed\": \"\"").recipe()).isNotNull();
    }

    @Test
    void workers_are_a_number_or_a_least_and_a_most() {
        for (String wrong : List.of("0", "2:1", "0:3", "1:", "1:2:3", "1025", "two")) {
            assertThat(Typed.words("--workers", wrong).problems())
                    .containsExactly(
                            "--workers: is \""
                                    + wrong
                                    + "\", expected an integer from 1 to 1024, or two as in 1:4");
        }
    }

    @Test
    void fewer_ranks_than_workers_are_refused() {
        assertThat(Typed.words("--workers", "1:4", "--ranks", "2").problems())
                .containsExactly(
                        "--workers: is 1:4, but ranks is 2 (--ranks); a worker computes one rank"
                                + " at least. Set ranks to 4 or more, or ask for fewer workers");
    }

    @Test
    void arguments_of_a_schedule_are_checked() {
        assertThat(
                        Typed.arguments(
                                        "\"lr_scheduler_type\": \"cosine\"",
                                        "\"lr_scheduler_kwargs\": {\"num_cycle\": 1}")
                                .problems())
                .containsExactly(
                        "args.json:3: lr_scheduler_kwargs has num_cycle, which this schedule does"
                                + " not take; did you mean num_cycles?");
        assertThat(
                        Typed.words("--lr_scheduler_type", "cosine_with_min_lr")
                                .and("--lr_scheduler_kwargs", "{\"num_cycles\": \"two\"}")
                                .problems())
                .containsExactly(
                        "--lr_scheduler_kwargs: lr_scheduler_kwargs needs one of min_lr and"
                                + " min_lr_rate",
                        "--lr_scheduler_kwargs: lr_scheduler_kwargs has num_cycles \"two\","
                                + " expected a number from 0 to 1000000");
        assertThat(
                        Typed.words("--lr_scheduler_type", "polynomial")
                                .and("--lr_scheduler_kwargs", "{\"lr_end\": 1}")
                                .problems())
                .containsExactly(
                        "--lr_scheduler_kwargs: lr_scheduler_kwargs has lr_end 1.0, but"
                                + " learning_rate is 5e-5 (default); it must be below that");
        assertThat(Typed.words("--lr_scheduler_type", "warmup_stable_decay").problems())
                .containsExactly(
                        "--lr_scheduler_kwargs: lr_scheduler_kwargs needs num_decay_steps");
    }

    private static UserException refused(List<String> words) {
        try {
            RecipeReader.read(new RecipeSources(words, path -> new byte[0]));
        } catch (UserException expected) {
            return expected;
        }
        throw new AssertionError("nothing was refused: " + words);
    }

    private static List<String> problems(RecipeSources sources) {
        try {
            RecipeReader.read(sources);
        } catch (UserException expected) {
            return expected.problems().stream().map(Problem::toString).toList();
        }
        throw new AssertionError("nothing was refused");
    }
}
