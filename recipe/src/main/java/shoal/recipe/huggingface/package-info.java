/**
 * HF's dialect: the names of {@code TrainingArguments} (transformers 4.27 to 5.x), and what a run's
 * values of them mean.
 *
 * <p>Facts from transformers 4.27.4, 4.57.6 and 5.24.0: training_args.py, trainer.py,
 * trainer_utils.py, optimization.py, hf_argparser.py. It knows nothing of DeepSpeed.
 *
 * <p>Read next: {@link shoal.recipe.huggingface.TrainingArguments}.
 */
@NullMarked
package shoal.recipe.huggingface;

import org.jspecify.annotations.NullMarked;
