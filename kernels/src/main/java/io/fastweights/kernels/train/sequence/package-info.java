/** Encoded events of one key in order, and the chunks that a pass takes of them. */
package io.fastweights.kernels.train.sequence;
