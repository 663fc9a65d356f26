package shoal.model.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shoal.model.Parameter;
import shoal.model.ParameterTable;

/** The order of named_parameters of GPT2ForSequenceClassification (transformers 4.57.6). */
final class NamedParameters {
    private static final Pattern LAYER = Pattern.compile("transformer\\.h\\.([0-9]+)\\.");

    private static final List<String> IN_A_LAYER =
            List.of(
                    "ln_1.weight",
                    "ln_1.bias",
                    "attn.c_attn.weight",
                    "attn.c_attn.bias",
                    "attn.c_proj.weight",
                    "attn.c_proj.bias",
                    "ln_2.weight",
                    "ln_2.bias",
                    "mlp.c_fc.weight",
                    "mlp.c_fc.bias",
                    "mlp.c_proj.weight",
                    "mlp.c_proj.bias");

    private NamedParameters() {}

    static List<Parameter> of(ParameterTable table) {
        List<String> names = new ArrayList<>();
        names.add("transformer.wte.weight");
        names.add("transformer.wpe.weight");
        for (int layer = 0; layer < layers(table); layer++) {
            for (String name : IN_A_LAYER) {
                names.add("transformer.h." + layer + "." + name);
            }
        }
        names.add("transformer.ln_f.weight");
        names.add("transformer.ln_f.bias");
        names.add("score.weight");
        List<Parameter> parameters =
                names.stream().map(table::named).map(Optional::orElseThrow).toList();
        if (parameters.size() != table.parameters().size()) {
            throw new IllegalStateException("the table has parameters without a place here");
        }
        return parameters;
    }

    private static int layers(ParameterTable table) {
        int layers = 0;
        for (Parameter parameter : table.parameters()) {
            Matcher layer = LAYER.matcher(parameter.name());
            if (layer.lookingAt()) {
                layers = Math.max(layers, Integer.parseInt(layer.group(1)) + 1);
            }
        }
        return layers;
    }
}
