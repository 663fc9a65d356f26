package shoal.recipe.key;

import static java.util.Objects.requireNonNull;

import shoal.recipe.json.JsonValue;

/** A key with the value that a run has for it, and where the value came from. */
public record Setting(Key key, JsonValue value, Origin origin) {
    public Setting {
        requireNonNull(key, "key");
        requireNonNull(value, "value");
        requireNonNull(origin, "origin");
    }

    /** This setting with a value that another key decides. */
    public Setting derived(JsonValue other, String from) {
        return new Setting(key, other, new Origin.Derived(from));
    }

    /** Whether somebody gave the value. */
    public boolean isGiven() {
        return origin.rank() > 0;
    }

    /** Whether the value is another one than the default. */
    public boolean differsFromDefault() {
        return !Values.same(value, key.defaultValue());
    }

    /** The value as it may be shown. */
    public JsonValue shown() {
        return Secrets.shown(key.name(), value);
    }

    /** Where a problem with the value is: its origin, or the key's name for a default. */
    public String where() {
        return isGiven() ? origin.where() : "--" + key.name();
    }

    /** The name and its value; a flag's name stands in {@link #where()} already. */
    public String inWords() {
        String is = "is " + shown().inWords();
        return origin instanceof Origin.Typed ? is : key.name() + " " + is;
    }

    /** The value and where it stands, to be referred to: {@code seed is 1 (config/a.json:3)}. */
    public String reference() {
        return key.name() + " is " + shown().inWords() + " (" + origin.where() + ")";
    }
}
