/**
 * Labelled text: reading it, and its token ids.
 *
 * <h2>The format</h2>
 *
 * <p>UTF-8 text, one row per line: {@code label<TAB>text}. The rules are those of a Python loop
 * over {@code open(file, encoding="utf-8")} that does {@code line.rstrip().split("\t", 1)}:
 *
 * <ul>
 *   <li>A line ends at LF, CR LF or CR; no other character ends it. A byte order mark at the start
 *       of the file is dropped.
 *   <li>White space at the end of the line is dropped first: what Python's {@code str.isspace}
 *       calls white space, so also U+3000 and U+0085, but not U+200B.
 *   <li>The first tab splits label and text; further tabs belong to the text. A line without a tab,
 *       also one whose only tab was dropped as white space at its end, is skipped and counted.
 *   <li>The label is a whole number from 0, white space around it allowed. There is no header line:
 *       a first line whose label is a word is refused as one, because Python's {@code int()} would
 *       stop there too, and because skipping a real row in silence would be worse.
 * </ul>
 *
 * <p>Must not know how ids are made ({@code shoal.model.tokenizer}) nor what order rows are used
 * in.
 *
 * <p>Read next: {@link shoal.model.dataset.DataSet}.
 */
@NullMarked
package shoal.model.dataset;

import org.jspecify.annotations.NullMarked;
