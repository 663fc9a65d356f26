/**
 * JSON, read strictly and with line numbers.
 *
 * <p>{@link shoal.recipe.json.JsonReader} makes a tree of {@link shoal.recipe.json.JsonValue}, a
 * closed set of records that each know their line; {@link shoal.recipe.json.JsonWriter} writes one.
 * No class here knows what any key means.
 *
 * <p>Stricter than usual: UTF-8 without a byte order mark, no duplicate keys, no text behind the
 * value, no comments, no NaN (but where Python wrote it), bounded in bytes and in depth.
 *
 * <p>Read next: {@link shoal.recipe.json.JsonReader}.
 */
@NullMarked
package shoal.recipe.json;

import org.jspecify.annotations.NullMarked;
