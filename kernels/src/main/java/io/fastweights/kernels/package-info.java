/** Chooses the engine: CUDA, the Vector API, or plain loops. */
package io.fastweights.kernels;
