package shoal.model.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import shoal.model.Activation;
import shoal.model.AttentionScale;
import shoal.model.GptConfig;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.PrecisionRecipe;
import shoal.recipe.Problem;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.recipe.SelectionRecipe;
import shoal.recipe.Sha256;

/**
 * What differs between the run that a checkpoint is of and the run that wants to go on from it.
 *
 * <p>A difference that changes what the run would have become is a problem: the result would be
 * neither that of the old recipe nor that of the new one. HF's Trainer goes on with most of them,
 * with a warning or none (transformers 4.57.6, trainer.py, compare_trainer_and_checkpoint_args); of
 * the optimizer it takes the checkpoint's values and drops the new ones without a word. All other
 * differences are notices. What the checkpoint does not know is not compared.
 */
public final class ResumeCheck {
    private final Checkpoint from;
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();

    private ResumeCheck(Checkpoint from) {
        this.from = requireNonNull(from, "from");
    }

    /**
     * Compares a checkpoint with a run.
     *
     * @param recipe of the run that wants to go on
     * @param facts of that run
     * @param model the configuration of the model that it was given
     */
    public static ResumeCheck of(Checkpoint from, Recipe recipe, RunFacts facts, GptConfig model) {
        ResumeCheck check = new ResumeCheck(from);
        check.model(from.model().config(), model);
        from.facts().ifPresent(old -> check.facts(old, facts));
        Optional<Recipe> known = from.recipe();
        if (known.isPresent()) {
            check.recipe(known.get(), recipe);
        } else {
            check.trainerState(from.trainerState(), recipe);
            from.optimizer().ifPresent(old -> check.updateRule(old, recipe.optimizer()));
        }
        return check;
    }

    /**
     * Compares a checkpoint with a run, down to its tokenizer: another vocabulary of the same size
     * makes other rows of the same texts.
     *
     * @param model that the run was given
     */
    public static ResumeCheck of(
            Checkpoint from, Recipe recipe, RunFacts facts, ModelFolder model) {
        ResumeCheck check = of(from, recipe, facts, model.config());
        if (from.facts().isPresent()) { // HF's checkpoints have none, or write it in their own way.
            check.changed("SHA-256 of the tokenizer", tokenizer(from.model()), tokenizer(model));
        }
        return check;
    }

    private static String tokenizer(ModelFolder model) {
        byte[] text = model.tokenizerJson().getBytes(UTF_8);
        return HexFormat.of().formatHex(Sha256.digest().digest(text));
    }

    /** Why the run cannot go on from the checkpoint, one for each difference; empty if it can. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    /** Differences that the user should know of, in sentences. */
    public List<String> notices() {
        return List.copyOf(notices);
    }

    private void model(GptConfig old, GptConfig now) {
        changed("vocab_size", old.vocabulary(), now.vocabulary());
        changed("n_positions", old.positions(), now.positions());
        changed("n_embd", old.hidden(), now.hidden());
        changed("n_layer", old.layers(), now.layers());
        changed("n_head", old.heads(), now.heads());
        changed("n_inner", old.inner(), now.inner());
        changed("num_labels", old.labels(), now.labels());
        changed("pad_token_id", old.padTokenId(), now.padTokenId());
        changed("layer_norm_epsilon", old.layerNormEpsilon(), now.layerNormEpsilon());
        changed("embd_pdrop", old.embeddingDropout(), now.embeddingDropout());
        changed("attn_pdrop", old.attentionDropout(), now.attentionDropout());
        changed("resid_pdrop", old.residualDropout(), now.residualDropout());
        changed("activation_function", name(old.activation()), name(now.activation()));
        AttentionScale before = old.attentionScale();
        AttentionScale after = now.attentionScale();
        changed("scale_attn_weights", before.byWidth(), after.byWidth());
        changed("scale_attn_by_inverse_layer_idx", before.byLayer(), after.byLayer());
    }

    private static String name(Activation activation) {
        return activation.names().get(0);
    }

    private void facts(RunFacts old, RunFacts now) {
        if (old.trainRows() != now.trainRows()) {
            changed("rows of the training file", old.trainRows(), now.trainRows());
        } else {
            changedIfKnown("SHA-256 of the training file", old.trainSha256(), now.trainSha256());
        }
        if (old.evaluationRows() != now.evaluationRows()
                || differ(old.evaluationSha256(), now.evaluationSha256())) {
            notices.add(
                    "The evaluation file is another one than before "
                            + from.shownName()
                            + ": figures before and after are not of the same rows.");
        }
        if (differ(old.modelSha256(), now.modelSha256())) {
            notices.add(
                    "The model is another one than the run started from; its weights are not used,"
                            + " those of "
                            + from.shownName()
                            + " are.");
        }
    }

    private void changedIfKnown(String name, Optional<String> old, Optional<String> now) {
        if (differ(old, now)) {
            changed(name, old.orElseThrow(), now.orElseThrow());
        }
    }

    private static boolean differ(Optional<String> old, Optional<String> now) {
        return old.isPresent() && now.isPresent() && !old.equals(now);
    }

    private void recipe(Recipe old, Recipe now) {
        batch(old.batch(), now.batch());
        order(old.order(), now.order());
        updateRule(old.optimizer(), now.optimizer());
        changed("max_grad_norm", old.optimizer().maxGradNorm(), now.optimizer().maxGradNorm());
        changed(
                "the learning rate schedule",
                RecipeJson.write(old.schedule()),
                RecipeJson.write(now.schedule()));
        changed("label_smoothing_factor", old.labelSmoothing(), now.labelSmoothing());
        precision(old.precision(), now.precision());
        changed("max_seq_length", old.maxSequenceLength(), now.maxSequenceLength());
        selection(old.selection(), now.selection());
        length(old.length(), now.length());
        noted("eval_strategy", inWords(old.evaluation()), inWords(now.evaluation()));
        noted("logging_strategy", inWords(old.logging()), inWords(now.logging()));
        noted("save_strategy", inWords(old.saving()), inWords(now.saving()));
        noted("output_dir", old.outputDirectory(), now.outputDirectory());
        noted("the ZeRO stage", old.zero().stage(), now.zero().stage());
    }

    private static String inWords(Cadence cadence) {
        return switch (cadence.strategy()) {
            case NO -> "\"no\"";
            case BEST -> "\"best\"";
            case EPOCH -> "\"epoch\"";
            case STEPS -> "\"steps\", every " + cadence.steps();
        };
    }

    private void batch(BatchRecipe old, BatchRecipe now) {
        changed("--ranks", old.ranks(), now.ranks());
        changed("per_device_train_batch_size", old.trainRowsPerDevice(), now.trainRowsPerDevice());
        changed("gradient_accumulation_steps", old.accumulation(), now.accumulation());
        changed("--slices", old.slices(), now.slices());
        changed("dataloader_drop_last", old.dropLast(), now.dropLast());
        if (old.evaluationRowsPerDevice() != now.evaluationRowsPerDevice()) {
            notices.add(
                    String.format(
                            "per_device_eval_batch_size was %d and is %d now: eval_loss is a mean"
                                    + " of batches, so it moves a little.",
                            old.evaluationRowsPerDevice(), now.evaluationRowsPerDevice()));
        }
    }

    private void order(OrderRecipe old, OrderRecipe now) {
        changed("train_sampling_strategy", old.sampling(), now.sampling());
        changed("seed", old.seed(), now.seed());
        changed("data_seed", old.dataSeed(), now.dataSeed());
    }

    private void updateRule(OptimizerRecipe old, OptimizerRecipe now) {
        changed("the optimizer", inWords(old), inWords(now));
        changed("learning_rate", old.learningRate(), now.learningRate());
        changed("adam_beta1", old.beta1(), now.beta1());
        changed("adam_beta2", old.beta2(), now.beta2());
        changed("adam_epsilon", old.epsilon(), now.epsilon());
        changed("weight_decay", old.weightDecay(), now.weightDecay());
    }

    private static String inWords(OptimizerRecipe optimizer) {
        return optimizer.rule().shownName()
                + (optimizer.decaysAll() && optimizer.weightDecay() > 0
                        ? " with decay of all parameters"
                        : "");
    }

    /** Another type rounds otherwise, and another scale skips other steps. */
    private void precision(PrecisionRecipe old, PrecisionRecipe now) {
        changed("the precision", old.arithmetic(), now.arithmetic());
        changed("the loss scale", old.scaling().shownName(), now.scaling().shownName());
        changed("whether overflows are skipped", old.skips(), now.skips());
        changed("data_types.grad_accum_dtype", old.sums(), now.sums());
        changed("communication_data_type", old.travel(), now.travel());
    }

    private void selection(SelectionRecipe old, SelectionRecipe now) {
        if (from.trainerState().bestMetric().isPresent()) {
            changed("metric_for_best_model", old.metric(), now.metric());
            changed("greater_is_better", old.greaterIsBetter(), now.greaterIsBetter());
        }
        noted("early_stopping_patience", old.patience(), now.patience());
        noted("early_stopping_threshold", old.threshold(), now.threshold());
        noted("save_total_limit", old.checkpointsKept(), now.checkpointsKept());
        noted("load_best_model_at_end", old.endsWithBest(), now.endsWithBest());
    }

    /** HF's schedule is made anew for the new number of steps, and so is ours. */
    private void length(LengthRecipe old, LengthRecipe now) {
        if (!old.equals(now)) {
            notices.add(
                    String.format(
                            "The run had %s and has %s now: from %s on, the learning rate is that"
                                    + " of the schedule over the new length, which it had not"
                                    + " followed so far (HF's Trainer does the same).",
                            inWords(old), inWords(now), from.shownName()));
        }
    }

    private static String inWords(LengthRecipe length) {
        return length.steps() > 0
                ? "max_steps " + length.steps()
                : "num_train_epochs " + length.epochs();
    }

    /** What a checkpoint of HF's knows of its recipe. */
    private void trainerState(TrainerState state, Recipe now) {
        if (state.trainBatchSize() > 0) {
            changed(
                    "per_device_train_batch_size",
                    state.trainBatchSize(),
                    now.batch().trainRowsPerDevice());
        }
        int steps = now.length().steps();
        if (steps > 0 && state.maxSteps() > 0) {
            length(new LengthRecipe(1, state.maxSteps()), new LengthRecipe(1, steps));
        } else if (steps <= 0
                && state.epochs() > 0
                && state.epochs() != Math.ceil(now.length().epochs())) {
            length(new LengthRecipe(state.epochs(), -1), now.length());
        }
    }

    private void changed(String name, Object old, Object now) {
        if (!old.equals(now)) {
            problems.add(
                    new Problem(
                            from.shownName(),
                            String.format(
                                    "%s was %s and is %s now, which changes what the run becomes."
                                            + " Set it back to go on, or start a new run"
                                            + " from these weights with"
                                            + " --pretrained_model_name_or_path.",
                                    name, old, now)));
        }
    }

    private void noted(String name, Object old, Object now) {
        if (!old.equals(now)) {
            notices.add(name + " was " + old + " and is " + now + " from now on.");
        }
    }
}
