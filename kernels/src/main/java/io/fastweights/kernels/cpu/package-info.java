/** The CPU engine: one forward pass over operations in plain loops or on vectors. */
package io.fastweights.kernels.cpu;
