/** Losses and the figures of an evaluation. */
package io.fastweights.kernels.train.measures;
