/**
 * The readable form of the model, one event at a time; start with {@link
 * io.fastweights.kernels.math.ReferenceModel}.
 */
package io.fastweights.kernels.math;
