/** The CUDA engine, through JCuda. */
package io.fastweights.kernels.cuda;
