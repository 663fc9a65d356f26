package shoal.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.BiFunction;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.tensor.ElementType;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorInfo;
import shoal.recipe.Problems;

/**
 * Which tensors of an open file are the moments of which parameter, and what else there is of it.
 *
 * @param file that holds them
 * @param kinds what the file holds of each parameter
 * @param names what the tensor of a parameter is called there
 */
record Moments(
        TensorFile file, List<StateKind> kinds, BiFunction<StateKind, Parameter, String> names) {
    /** The two moments. */
    static final List<StateKind> BOTH = List.of(StateKind.EXP_AVG, StateKind.EXP_AVG_SQ);

    /** Elements handed on at a time: 1 MiB, a multiple of 16 elements. */
    private static final int RANGE_ELEMENTS = 256 << 10;

    /**
     * Checks that all kinds of every parameter are there, with its shape and in fp32.
     *
     * @throws shoal.recipe.UserException naming every tensor that is missing or wrong
     */
    void check(ParameterTable table) {
        Problems problems = new Problems();
        for (Parameter parameter : table.parameters()) {
            for (StateKind kind : kinds) {
                check(kind, parameter, problems);
            }
        }
        problems.throwIfAny();
    }

    private void check(StateKind kind, Parameter parameter, Problems problems) {
        String name = names.apply(kind, parameter);
        TensorInfo info = file.tensors().get(name);
        List<Long> expected = kind.shape(parameter).stream().map(Integer::longValue).toList();
        if (info == null) {
            problems.add(
                    file.shownName(),
                    "has no tensor "
                            + name
                            + " (of "
                            + parameter.name()
                            + "): it is not the"
                            + " optimizer state of this model.");
        } else if (!info.shape().equals(expected)) {
            problems.add(
                    file.shownName(),
                    String.format(
                            "%s has the shape %s, but %s has %s: it is not the optimizer state of"
                                    + " this model.",
                            name, info.shape(), parameter.name(), expected));
        } else if (info.type() != ElementType.F32) {
            problems.add(
                    file.shownName(),
                    name + " is " + info.type() + ", expected F32: moments are kept in fp32.");
        }
    }

    /** Hands every element of one kind on, in table order. */
    void load(StateKind kind, ParameterTable table, ParameterSink sink) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(RANGE_ELEMENTS * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (Parameter parameter : table.parameters()) {
            long elements = kind.elements(parameter);
            for (long at = 0; at < elements; at += RANGE_ELEMENTS) {
                long count = Math.min(RANGE_ELEMENTS, elements - at);
                buffer.clear().limit((int) count * Float.BYTES);
                file.read(names.apply(kind, parameter), at, buffer);
                sink.accept(parameter, at, buffer.flip());
            }
        }
    }
}
