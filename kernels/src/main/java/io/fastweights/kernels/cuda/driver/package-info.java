/**
 * The CUDA driver through JCuda: libraries, devices, modules, streams, events and memory that
 * close.
 */
package io.fastweights.kernels.cuda.driver;
