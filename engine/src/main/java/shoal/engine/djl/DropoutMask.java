package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;

/**
 * Factors of one unit's dropout sites for one slice: 0 or 1/(1-p).
 *
 * @param values flat: attention of every row, then the residual sites, as {@code kernel.py} says
 * @param attention whether attention has factors
 * @param residual whether the other sites have
 */
record DropoutMask(PtNDArray values, boolean attention, boolean residual) {}
