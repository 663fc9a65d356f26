package shoal.recipe.key;

import java.util.List;

/** The types that many keys share. */
public final class Types {
    public static final ValueType FLAG = new ValueType.Flag();
    public static final ValueType FLAG_OR_NULL = new ValueType.OrNull(FLAG);
    public static final ValueType TEXT = new ValueType.Text();
    public static final ValueType TEXT_OR_NULL = new ValueType.OrNull(TEXT);
    public static final ValueType TEXTS_OR_NULL = new ValueType.OrNull(new ValueType.Texts());
    public static final ValueType TREE_OR_NULL = new ValueType.OrNull(new ValueType.Tree());
    public static final ValueType ANYTHING = new ValueType.OrNull(new ValueType.Anything());
    public static final ValueType SWITCHES = new ValueType.OrNull(new ValueType.Switches());
    public static final ValueType NUMBER = number(0, Double.MAX_VALUE);

    private Types() {}

    /** Whole numbers of at least this, up to an int's range. */
    public static ValueType whole(int least) {
        return new ValueType.Whole(least, Integer.MAX_VALUE);
    }

    /** Whole numbers of at least this, or null. */
    public static ValueType wholeOrNull(int least) {
        return new ValueType.OrNull(whole(least));
    }

    public static ValueType number(double least, double most) {
        return new ValueType.Real(least, most);
    }

    public static ValueType oneOf(String... words) {
        return new ValueType.OneOf(List.of(words));
    }

    /** The type, or "auto". */
    public static ValueType orAuto(ValueType type) {
        return new ValueType.OrAuto(type);
    }

    /** The type, or null. */
    public static ValueType orNull(ValueType type) {
        return new ValueType.OrNull(type);
    }

    /** The one type or the other. */
    public static ValueType either(ValueType first, ValueType second) {
        return new ValueType.Either(first, second);
    }
}
