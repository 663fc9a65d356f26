/**
 * PyTorch's own files of weights and of optimizers, read without running anything, and written.
 *
 * <p>A pickle is a program for a stack machine that may call any function of any module. The one
 * here knows the instructions that dictionaries of tensors need, calls nothing, and knows the names
 * of three functions and of the storage types: everything else is refused by its name ({@link
 * shoal.model.pickle.Globals}).
 *
 * <h2>The formats</h2>
 *
 * <p>(torch 2.7.1, torch/serialization.py)
 *
 * <ul>
 *   <li><b>zip</b>, since torch 1.6: {@code NAME/data.pkl} is the pickled dictionary, {@code
 *       NAME/data/KEY} the elements of one storage, {@code NAME/byteorder} "little". All entries
 *       are stored, not compressed.
 *   <li><b>legacy</b>: five pickles one after the other (a magic number, the protocol 1001, a
 *       dictionary about the system that wrote it, the dictionary of tensors, the list of storage
 *       keys), then for each key the number of elements in 8 bytes and the elements.
 * </ul>
 *
 * <p>Guarantees for any bytes: memory is bounded by {@link
 * shoal.model.pickle.Unpickler#PICKLE_BYTES}, nothing outside the file is read, and what is wrong
 * is a {@code UserException}.
 *
 * <p>Must not know GPT-2's names. Read next: {@link shoal.model.pickle.TorchFile}, {@link
 * shoal.model.pickle.TorchTree}.
 */
@NullMarked
package shoal.model.pickle;

import org.jspecify.annotations.NullMarked;
