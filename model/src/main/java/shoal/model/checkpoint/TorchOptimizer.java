package shoal.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.pickle.TorchTree;
import shoal.model.tensor.ElementType;
import shoal.model.tensor.TensorInfo;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UserException;

/**
 * HF's optimizer.pt of an AdamW, plain or fused (torch 2.7.1, torch/optim/optimizer.py,
 * state_dict): {@code state}, by a parameter's number, and {@code param_groups}.
 *
 * <p>HF's Trainer numbers parameters group by group, those that decay first, and within a group in
 * the order of named_parameters (transformers 4.57.6, trainer.py, create_optimizer).
 */
final class TorchOptimizer implements AutoCloseable {
    static final String NAME = "optimizer.pt";

    /** Names of a parameter's state, and the optimizer that alone keeps it. */
    private static final Map<String, String> FOREIGN =
            new TreeMap<>(
                    Map.of(
                            "momentum_buffer", "SGD with momentum",
                            "exp_avg_sq_row", "Adafactor",
                            "exp_inf", "Adamax",
                            "max_exp_avg_sq", "AdamW with amsgrad",
                            "mu_product", "NAdam",
                            "square_avg", "RMSprop or Adadelta",
                            "state1", "an 8-bit or paged optimizer of bitsandbytes",
                            "sum", "Adagrad"));

    private final TorchTree tree;
    private final Map<String, Integer> numbers = new HashMap<>();

    private TorchOptimizer(TorchTree tree, ParameterTable table) {
        this.tree = tree;
        for (Parameter parameter : inOrderOfTorch(table)) {
            numbers.put(parameter.name(), numbers.size());
        }
    }

    /**
     * Opens the file and checks that it is the state of this model's AdamW.
     *
     * @throws UserException naming what is wrong, or the optimizer that it is of
     */
    static TorchOptimizer open(Path file, String shownName, ParameterTable table) {
        TorchTree tree = TorchTree.open(file, shownName);
        try {
            TorchOptimizer optimizer = new TorchOptimizer(tree, table);
            optimizer.checkKind();
            optimizer.checkGroups(table);
            optimizer.moments().check(table);
            return optimizer;
        } catch (RuntimeException refused) {
            tree.close();
            throw refused;
        }
    }

    /** Parameters by their number in HF's optimizer. */
    static List<Parameter> inOrderOfTorch(ParameterTable table) {
        List<Parameter> all = new ArrayList<>();
        for (boolean decayed : List.of(true, false)) {
            NamedParameters.of(table).stream()
                    .filter(parameter -> parameter.decayed() == decayed)
                    .forEach(all::add);
        }
        return all;
    }

    private void checkKind() {
        FOREIGN.forEach(
                (key, optimizer) -> {
                    if (tree.tensors().tensors().containsKey("state.0." + key)) {
                        throw wrong(
                                "is the state of "
                                        + optimizer
                                        + ", but Shoal trains with AdamW (adamw_torch or"
                                        + " adamw_torch_fused). Start from the weights instead:"
                                        + " --pretrained_model_name_or_path.");
                    }
                });
        if (tree.size("state").isEmpty() || tree.size("param_groups").isEmpty()) {
            throw wrong("has no state and param_groups: it is not the state of an optimizer.");
        }
        if (tree.flag("param_groups.0.amsgrad").orElse(false)) {
            throw wrong("is the state of AdamW with amsgrad, which Shoal does not have.");
        }
        if (tree.flag("param_groups.0.maximize").orElse(false)) {
            throw wrong("is the state of an AdamW that maximizes, which Shoal does not do.");
        }
        if (tree.flag("param_groups.0.decoupled_weight_decay").equals(Optional.of(false))
                && number("param_groups.0.weight_decay") != 0) {
            throw wrong(
                    "is the state of Adam, whose weight decay is part of the gradient; Shoal trains"
                            + " with AdamW.");
        }
    }

    /** Two groups, those that decay first; each lists the numbers that follow on. */
    private void checkGroups(ParameterTable table) {
        int decayed = (int) table.parameters().stream().filter(Parameter::decayed).count();
        List<Integer> expected = List.of(decayed, table.parameters().size() - decayed);
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < tree.size("param_groups").orElse(0) && i <= 2; i++) {
            sizes.add(tree.size("param_groups." + i + ".params").orElse(0));
        }
        if (!sizes.equals(expected)) {
            throw wrong(
                    String.format(
                            "has groups of %s parameters, but HF's Trainer makes groups of %s for"
                                    + " this model: with decay, without. It is not the optimizer"
                                    + " of this model, or was not made by HF's Trainer.",
                            sizes, expected));
        }
        int next = 0;
        for (int group = 0; group < 2; group++) {
            for (int i = 0; i < expected.get(group); i++) {
                if (number("param_groups." + group + ".params." + i) != next) {
                    throw wrong("does not number its parameters one by one.");
                }
                next++;
            }
        }
    }

    /** Both moments by parameter. */
    Moments moments() {
        return new Moments(
                tree.tensors(),
                Moments.BOTH,
                (kind, parameter) ->
                        "state."
                                + numbers.getOrDefault(parameter.name(), -1)
                                + "."
                                + (kind.equals(StateKind.EXP_AVG) ? "exp_avg" : "exp_avg_sq"));
    }

    /**
     * Updates done, the same for every parameter.
     *
     * @throws UserException if parameters disagree
     */
    double step() {
        double step = step(0);
        for (int i = 1; i < numbers.size(); i++) {
            if (step(i) != step) {
                throw wrong(
                        String.format(
                                "has a parameter that was updated %s times and another one %s"
                                        + " times: some were frozen. Shoal trains all.",
                                step, step(i)));
            }
        }
        return step;
    }

    /** A tensor since torch 1.12, a number before. */
    private double step(int number) {
        String path = "state." + number + ".step";
        OptionalDouble plain = tree.number(path);
        if (plain.isPresent()) {
            return plain.getAsDouble();
        }
        TensorInfo info = tree.tensors().tensors().get(path);
        if (info == null || info.type() != ElementType.F32 || info.sizeElements() != 1) {
            throw wrong("has no number " + path + ".");
        }
        ByteBuffer value = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        tree.tensors().read(path, 0, value);
        return value.getFloat(0);
    }

    /**
     * The update rule, its learning rate the one before the schedule.
     *
     * @param maxGradNorm which the optimizer does not know
     */
    OptimizerRecipe recipe(double maxGradNorm) {
        OptionalDouble initial = tree.number("param_groups.0.initial_lr");
        try {
            return new OptimizerRecipe(
                    initial.isPresent() ? initial.getAsDouble() : number("param_groups.0.lr"),
                    number("param_groups.0.betas.0"),
                    number("param_groups.0.betas.1"),
                    number("param_groups.0.eps"),
                    number("param_groups.0.weight_decay"),
                    maxGradNorm);
        } catch (IllegalArgumentException outOfBounds) {
            throw wrong("has a " + outOfBounds.getMessage() + ".");
        }
    }

    private double number(String path) {
        return tree.number(path)
                .orElseThrow(() -> wrong("has no number " + path + ": it is no AdamW of torch."));
    }

    private UserException wrong(String what) {
        return new UserException(tree.tensors().shownName(), what);
    }

    @Override
    public void close() {
        tree.close();
    }
}
