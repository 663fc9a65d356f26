package shoal.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.recipe.Limits;

/**
 * Every parameter of a classifier, in units (design section 3). A pure function of the
 * configuration, so that two processes agree on every offset.
 */
public final class ParameterTable {
    /** Order of a layer's tensors in its unit; the kernel relies on it. */
    private static final List<String> LAYER_DECAYED =
            List.of(
                    "attn.c_attn.weight",
                    "attn.c_proj.weight",
                    "mlp.c_fc.weight",
                    "mlp.c_proj.weight");

    private final List<Unit> units;
    private final Map<String, Parameter> byName;

    private ParameterTable(List<Unit> units) {
        this.units = List.copyOf(units);
        this.byName = new LinkedHashMap<>();
        for (Unit unit : units) {
            for (Parameter parameter : unit.parameters()) {
                byName.put(parameter.name(), parameter);
            }
        }
    }

    public static ParameterTable of(GptConfig config) {
        int hidden = config.hidden();
        List<Unit> units = new ArrayList<>();
        Layout embed = new Layout(0, "embed");
        embed.decayed("transformer.wte.weight", config.vocabulary(), hidden);
        embed.decayed("transformer.wpe.weight", config.positions(), hidden);
        units.add(embed.unit());
        for (int layer = 0; layer < config.layers(); layer++) {
            units.add(layer(config, layer));
        }
        Layout head = new Layout(config.layers() + 1, "head");
        head.decayed("score.weight", config.labels(), hidden);
        head.plain("transformer.ln_f.weight", hidden);
        head.plain("transformer.ln_f.bias", hidden);
        units.add(head.unit());
        return new ParameterTable(units);
    }

    /** embed, layers in order, head. */
    public List<Unit> units() {
        return units;
    }

    /** The parameter of this HF name, if the classifier has one. */
    public Optional<Parameter> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All parameters, in unit and buffer order. */
    public List<Parameter> parameters() {
        return List.copyOf(byName.values());
    }

    /** Elements of all parameters, padding not counted. */
    public long parameterElements() {
        return byName.values().stream().mapToLong(Parameter::sizeElements).sum();
    }

    /** Elements of all parameters but the embeddings: those that HF counts operations of. */
    public long countedElements() {
        return parameterElements()
                - units.get(0).parameters().stream().mapToLong(Parameter::sizeElements).sum();
    }

    private static Unit layer(GptConfig config, int layer) {
        int hidden = config.hidden();
        int inner = config.inner();
        String prefix = "transformer.h." + layer + ".";
        Layout layout = new Layout(layer + 1, "layer " + layer);
        layout.decayed(prefix + LAYER_DECAYED.get(0), hidden, 3 * hidden);
        layout.decayed(prefix + LAYER_DECAYED.get(1), hidden, hidden);
        layout.decayed(prefix + LAYER_DECAYED.get(2), hidden, inner);
        layout.decayed(prefix + LAYER_DECAYED.get(3), inner, hidden);
        layout.plain(prefix + "attn.c_attn.bias", 3 * hidden);
        layout.plain(prefix + "attn.c_proj.bias", hidden);
        layout.plain(prefix + "mlp.c_fc.bias", inner);
        layout.plain(prefix + "mlp.c_proj.bias", hidden);
        layout.plain(prefix + "ln_1.weight", hidden);
        layout.plain(prefix + "ln_1.bias", hidden);
        layout.plain(prefix + "ln_2.weight", hidden);
        layout.plain(prefix + "ln_2.bias", hidden);
        return layout.unit();
    }

    /** Lays tensors out one after the other. */
    private static final class Layout {
        private final int index;
        private final String name;
        private final List<Parameter> parameters = new ArrayList<>();
        private long decayedElements;
        private long nextElement;

        Layout(int index, String name) {
            this.index = index;
            this.name = name;
        }

        void decayed(String tensor, Integer... shape) {
            add(tensor, true, shape);
            decayedElements = nextElement;
        }

        void plain(String tensor, Integer... shape) {
            add(tensor, false, shape);
        }

        private void add(String tensor, boolean decays, Integer... shape) {
            Parameter parameter = new Parameter(tensor, index, nextElement, List.of(shape), decays);
            parameters.add(parameter);
            nextElement =
                    roundUp(nextElement + parameter.sizeElements(), Limits.NATIVE_RANGE_ELEMENTS);
        }

        Unit unit() {
            long size = roundUp(nextElement, Limits.BLOCK_ELEMENTS);
            return new Unit(index, name, decayedElements, size, parameters);
        }

        private static long roundUp(long value, long multiple) {
            return Math.multiplyExact((value + multiple - 1) / multiple, multiple);
        }
    }
}
