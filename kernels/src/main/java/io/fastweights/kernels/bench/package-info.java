/** Measures the CPU engine. */
package io.fastweights.kernels.bench;
