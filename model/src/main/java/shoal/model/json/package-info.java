/**
 * JSON of model folders: small steps on trees of {@code shoal.recipe.json}, and a writer whose text
 * equals Python's.
 *
 * <p>Files beside a model are read by Python tools too, so numbers and layout are written as
 * Python's {@code json.dumps} and {@code repr} write them. Must not know what the files mean.
 *
 * <p>Read next: {@link shoal.model.json.PythonNumber}.
 */
@NullMarked
package shoal.model.json;

import org.jspecify.annotations.NullMarked;
