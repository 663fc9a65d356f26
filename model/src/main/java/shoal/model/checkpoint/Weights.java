package shoal.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorInfo;
import shoal.recipe.Problems;
import shoal.recipe.UserException;

/**
 * Which tensor of an open file is which parameter of a classifier.
 *
 * <p>Names may have the prefix "transformer." or lack it (language models as old hubs hold them).
 * Buffers that HF's older code saved (attn.bias, attn.masked_bias) and lm_head.weight are no
 * parameters here.
 */
final class Weights {
    private static final String PREFIX = "transformer.";
    private static final String SCORE = "score.weight";

    /** Elements handed on at a time: 1 MiB, a multiple of 16 elements. */
    private static final int RANGE_ELEMENTS = 256 << 10;

    /** Names of unused tensors that a notice lists. */
    private static final int NAMES_SHOWN = 8;

    /** Wrong tensors that are listed: one wrong key of config.json makes most of them wrong. */
    private static final int WRONG_SHOWN = 5;

    private static final Pattern BUFFER =
            Pattern.compile("(transformer\\.)?h\\.[0-9]+\\.attn\\.(masked_)?bias");

    private final TensorFile file;
    private final Map<String, TensorInfo> tensors;

    Weights(TensorFile file) {
        this.file = file;
        this.tensors = file.tensors();
    }

    /** Rows of the score head, if the file has one. */
    Optional<Long> scoreRows() {
        return Optional.ofNullable(tensors.get(SCORE))
                .filter(info -> info.shape().size() == 2)
                .map(info -> info.shape().get(0));
    }

    /**
     * Checks that every parameter is there with its shape and a readable type; only the score head
     * may be missing.
     *
     * @throws UserException naming the first tensors that are missing or wrong, and their number
     */
    void check(ParameterTable table) {
        Problems problems = new Problems(WRONG_SHOWN);
        for (Parameter parameter : table.parameters()) {
            Optional<String> name = nameOf(parameter);
            if (name.isPresent()) {
                check(parameter, name.get(), problems);
            } else if (!parameter.name().equals(SCORE)) {
                problems.add(
                        file.shownName(),
                        "has no tensor " + parameter.name() + ", which config.json calls for.");
            }
        }
        problems.throwIfAny();
    }

    private void check(Parameter parameter, String name, Problems problems) {
        TensorInfo info = info(name);
        List<Long> expected = parameter.shape().stream().map(Integer::longValue).toList();
        if (!info.shape().equals(expected)) {
            problems.add(
                    file.shownName(),
                    String.format(
                            "%s has the shape %s, but config.json gives it %s.",
                            name, info.shape(), expected));
        } else if (!info.type().readable()) {
            problems.add(
                    file.shownName(),
                    name + " is " + info.type() + ", expected F32, F16, BF16 or F64.");
        }
    }

    private TensorInfo info(String name) {
        TensorInfo info = tensors.get(name);
        if (info == null) {
            throw new IllegalStateException(name + " has no entry");
        }
        return info;
    }

    private Optional<String> nameOf(Parameter parameter) {
        if (tensors.containsKey(parameter.name())) {
            return Optional.of(parameter.name());
        }
        if (!parameter.name().startsWith(PREFIX)) {
            return Optional.empty();
        }
        return Optional.of(parameter.name().substring(PREFIX.length()))
                .filter(tensors::containsKey);
    }

    /** What is in the file but not used, and what is used but not in the file, in sentences. */
    List<String> notices(ParameterTable table, GptConfig config) {
        List<String> unused = new ArrayList<>();
        int buffers = 0;
        Map<String, Parameter> used = new LinkedHashMap<>();
        table.parameters().forEach(each -> nameOf(each).ifPresent(name -> used.put(name, each)));
        for (String name : tensors.keySet()) {
            if (BUFFER.matcher(name).matches()) {
                buffers++;
            } else if (!used.containsKey(name)) {
                unused.add(name);
            }
        }
        List<String> notices = new ArrayList<>();
        if (!used.containsKey(SCORE)) {
            notices.add(
                    String.format(
                            "%s has no score.weight: a new head for %d classes is drawn from"
                                    + " N(0, %s) with the run's seed.",
                            file.shownName(), config.labels(), config.initializerRange()));
        }
        if (!unused.isEmpty()) {
            notices.add(file.shownName() + ": not used by a classifier: " + shown(unused) + ".");
        }
        if (buffers > 0) {
            notices.add(
                    file.shownName()
                            + ": passed over "
                            + buffers
                            + " attention masks (attn.bias, attn.masked_bias), which are"
                            + " computed.");
        }
        return notices;
    }

    private static String shown(List<String> names) {
        List<String> first = names.subList(0, Math.min(names.size(), NAMES_SHOWN));
        String more =
                names.size() > NAMES_SHOWN ? " and " + (names.size() - NAMES_SHOWN) + " more" : "";
        return String.join(", ", first) + more;
    }

    /** Hands every parameter's elements on, in table order, a new head for a missing one. */
    void load(ParameterTable table, NewHead head, ParameterSink sink) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(RANGE_ELEMENTS * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (Parameter parameter : table.parameters()) {
            Optional<String> name = nameOf(parameter);
            for (long at = 0; at < parameter.sizeElements(); at += RANGE_ELEMENTS) {
                long count = Math.min(RANGE_ELEMENTS, parameter.sizeElements() - at);
                buffer.clear().limit((int) count * Float.BYTES);
                if (name.isPresent()) {
                    file.read(name.get(), at, buffer);
                } else {
                    head.fill(at, buffer);
                }
                sink.accept(parameter, at, buffer.flip());
            }
        }
    }
}
