package shoal.recipe.key;

/** What Shoal does with a key. */
public enum Verdict {
    /** The value decides what the run does, as it does at HF or DeepSpeed. */
    HONOURED("honoured"),
    /** The value is read and changes nothing here; the table says why. */
    WITHOUT_EFFECT("without effect"),
    /** Any value but the accepted ones is a problem; the table says why and what to do. */
    REFUSED("refused");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    /** The verdict as documents show it. */
    public String words() {
        return words;
    }
}
