package shoal.recipe.key;

import static java.util.Objects.requireNonNull;

/** Where a value came from. */
public sealed interface Origin {
    /**
     * What the user can open or type: {@code config/ds.json:12}, {@code --seed}, {@code default}.
     */
    String where();

    /** Which origin wins: flags over files over defaults. */
    int rank();

    /** Nobody gave a value. */
    record Default() implements Origin {
        @Override
        public String where() {
            return "default";
        }

        @Override
        public int rank() {
            return 0;
        }
    }

    /** Nobody gave a value, and another key decides. */
    record Derived(String from) implements Origin {
        public Derived {
            requireNonNull(from, "from");
        }

        @Override
        public String where() {
            return "default, from " + from;
        }

        @Override
        public int rank() {
            return 0;
        }
    }

    /** A line of a file. */
    record File(String path, int line) implements Origin {
        public File {
            requireNonNull(path, "path");
        }

        @Override
        public String where() {
            return path + ":" + line;
        }

        @Override
        public int rank() {
            return 1;
        }
    }

    /** A flag of the command line, as it was typed. */
    record Typed(String flag) implements Origin {
        public Typed {
            requireNonNull(flag, "flag");
        }

        @Override
        public String where() {
            return flag;
        }

        @Override
        public int rank() {
            return 2;
        }
    }

    /** The word "auto" on a line of a file, filled from another key. */
    record Filled(String path, int line, String from) implements Origin {
        public Filled {
            requireNonNull(path, "path");
            requireNonNull(from, "from");
        }

        @Override
        public String where() {
            return path + ":" + line + ", \"auto\" filled from " + from;
        }

        @Override
        public int rank() {
            return 1;
        }
    }
}
