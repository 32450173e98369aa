/** The engine's interface: a pool of memories and batches of events. */
package io.fastweights.kernels.engine;
