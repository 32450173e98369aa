/** Numerics that need no model: sums in a fixed order, exp, bf16, dense layers. */
package io.fastweights.kernels.numeric;
