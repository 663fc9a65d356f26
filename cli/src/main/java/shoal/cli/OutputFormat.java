package shoal.cli;

/** Formats beside the one for people, by the name that is typed. */
enum OutputFormat {
    json
}
