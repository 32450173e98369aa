/** Weights files: safetensors with a model in the metadata, and PyTorch checkpoints. */
package io.fastweights.kernels.weights;
