/** A model's passes, forward and back, over chunks of sequences; its parameters. */
package io.fastweights.kernels.train.network;
