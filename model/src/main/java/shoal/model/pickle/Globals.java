package shoal.model.pickle;

import java.util.Map;
import java.util.Optional;
import shoal.model.tensor.ElementType;
import shoal.recipe.UserException;

/** The names that a pickle of tensors may use: the whole allow-list. */
enum Globals {
    ORDERED_DICT("collections", "OrderedDict"),
    REBUILD_TENSOR("torch._utils", "_rebuild_tensor_v2"),
    REBUILD_PARAMETER("torch._utils", "_rebuild_parameter");

    /** torch/storage.py, by the class that stands for the type. */
    private static final Map<String, ElementType> STORAGES =
            Map.of(
                    "FloatStorage", ElementType.F32,
                    "HalfStorage", ElementType.F16,
                    "BFloat16Storage", ElementType.BF16,
                    "DoubleStorage", ElementType.F64,
                    "LongStorage", ElementType.I64,
                    "IntStorage", ElementType.I32,
                    "ShortStorage", ElementType.I16,
                    "CharStorage", ElementType.I8,
                    "ByteStorage", ElementType.U8,
                    "BoolStorage", ElementType.BOOL);

    private final String module;
    private final String function;

    Globals(String module, String function) {
        this.module = module;
        this.function = function;
    }

    String pythonName() {
        return module + "." + function;
    }

    /**
     * The value of a name.
     *
     * @throws UserException for a name that is not in the list
     */
    static PickleValue resolve(String module, String name, String shownName) {
        if (module.equals("torch")) {
            Optional<ElementType> type = Optional.ofNullable(STORAGES.get(name));
            if (type.isPresent()) {
                return new PickleValue.StorageType(type.get());
            }
        }
        for (Globals global : values()) {
            if (global.module.equals(module) && global.function.equals(name)) {
                return new PickleValue.Global(global);
            }
        }
        throw new UserException(
                shownName,
                String.format(
                        "asks for %s, which no file of weights or optimizer state needs and which"
                                + " could run anything. Only tensors, numbers and texts are read."
                                + " Save weights as model.safetensors.",
                        shortened(module + "." + name)));
    }

    private static String shortened(String name) {
        return name.length() <= 120 ? name : name.substring(0, 120) + "…";
    }
}
