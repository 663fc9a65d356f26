package shoal.recipe.key;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.recipe.Problems;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * A table with the values of one run: every key has one, the default where nobody gave another.
 *
 * <p>The typed readers answer for the type that the table gives the key; asking for another one is
 * a bug. Immutable.
 */
public final class Settings {
    private final KeyTable table;
    private final Map<String, Setting> byName;

    private Settings(KeyTable table, Map<String, Setting> byName) {
        this.table = table;
        this.byName = byName;
    }

    /**
     * Puts given values over the defaults. Unknown names, wrong types, refused values and two
     * spellings of one setting that disagree are noted; such keys keep their default.
     *
     * @param given in the order of the sources; a later flag wins over an earlier one
     */
    public static Settings resolve(KeyTable table, List<Given> given, Problems problems) {
        Map<String, List<Given>> byKey = new LinkedHashMap<>();
        for (Given each : given) {
            Optional<Key> key = table.find(each.name());
            if (key.isEmpty()) {
                problems.add(each.origin().where(), table.unknown(each.name()));
            } else if (checked(key.get(), each, problems)) {
                byKey.computeIfAbsent(key.get().name(), name -> new ArrayList<>()).add(each);
            }
        }
        Map<String, Setting> settings = new LinkedHashMap<>();
        for (Key key : table.keys()) {
            settings.put(
                    key.name(), chosen(key, byKey.getOrDefault(key.name(), List.of()), problems));
        }
        return new Settings(table, settings);
    }

    private static String word(JsonValue value) {
        return value instanceof JsonText text ? text.text() : "";
    }

    private static boolean checked(Key key, Given given, Problems problems) {
        if (!key.type().admits(given.value())) {
            problems.add(
                    given.origin().where(),
                    given.inWords() + ", expected " + key.type().expectedFor(word(given.value())));
            return false;
        }
        if (key.verdict() == Verdict.REFUSED && !key.accepts(given.value())) {
            problems.add(given.origin().where(), given.inWords() + ". " + key.remedy());
            return false;
        }
        return true;
    }

    private static Setting chosen(Key key, List<Given> given, Problems problems) {
        Given best = null;
        for (Given each : given) {
            if (best != null && isUnsetSpelling(key, each, best)) {
                continue;
            }
            if (best != null && isUnsetSpelling(key, best, each)) {
                best = each;
                continue;
            }
            if (best != null && disagree(best, each)) {
                problems.add(
                        each.origin().where(),
                        each.inWords()
                                + ", but "
                                + best.name()
                                + " is "
                                + Secrets.shown(best.name(), best.value()).inWords()
                                + " ("
                                + best.origin().where()
                                + "); they are one setting. Remove one");
            }
            if (best == null || each.origin().rank() >= best.origin().rank()) {
                best = each;
            }
        }
        return best == null
                ? new Setting(key, key.defaultValue(), new Origin.Default())
                : new Setting(key, best.value(), best.origin());
    }

    /**
     * Whether one of two spellings at one place was left at its default. HF writes both when it
     * writes all of its arguments down, and lets an older one win where somebody set it.
     */
    private static boolean isUnsetSpelling(Key key, Given unset, Given other) {
        return unset.origin().rank() == other.origin().rank()
                && !unset.name().equals(other.name())
                && Values.same(unset.value(), key.defaultValue())
                && (unset.name().equals(key.name()) || key.type().isUnset(unset.value()));
    }

    /** Two spellings at one place that say different things; an override is no disagreement. */
    private static boolean disagree(Given one, Given other) {
        return one.origin().rank() == other.origin().rank()
                && !one.name().equals(other.name())
                && !Values.same(one.value(), other.value());
    }

    /** These settings with other values for some keys. */
    public Settings with(List<Setting> others) {
        Map<String, Setting> all = new LinkedHashMap<>(byName);
        for (Setting other : others) {
            all.put(other.key().name(), other);
        }
        return new Settings(table, all);
    }

    /** All settings, in the order of the table. */
    public List<Setting> all() {
        return List.copyOf(byName.values());
    }

    /** The setting of a key that the table has. */
    public Setting of(String name) {
        return requireNonNull(byName.get(table.key(name).name()), name);
    }

    /** Whether somebody gave a value. */
    public boolean isGiven(String name) {
        return of(name).isGiven();
    }

    /** Whether the value is null. */
    public boolean isNull(String name) {
        return of(name).value() instanceof JsonNull;
    }

    /** Whether the value is DeepSpeed's word "auto". */
    public boolean isAuto(String name) {
        return ValueType.OrAuto.isAuto(of(name).value());
    }

    /** The value of a key that takes whole numbers. */
    public long whole(String name) {
        return ((JsonNumber) of(name).value()).integer().orElseThrow();
    }

    /** The value of a key that takes whole numbers within an int's range. */
    public int count(String name) {
        return Math.toIntExact(whole(name));
    }

    /** The value of a key that takes a number of things, or a least and a most. */
    public CountRange range(String name) {
        return CountRange.read(of(name).value()).orElseThrow();
    }

    /** The value of a key that takes numbers. */
    public double number(String name) {
        return ((JsonNumber) of(name).value()).decimal();
    }

    /** The value of a key that takes true and false. */
    public boolean flag(String name) {
        return ((JsonBoolean) of(name).value()).value();
    }

    /** The value of a key that takes a text; none for null. */
    public Optional<String> text(String name) {
        JsonValue value = of(name).value();
        return value instanceof JsonText text ? Optional.of(text.text()) : Optional.empty();
    }
}
