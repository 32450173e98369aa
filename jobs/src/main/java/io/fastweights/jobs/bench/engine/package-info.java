/** The CPU engine beside PyTorch, C and the machine's limits; its drift and its parity. */
package io.fastweights.jobs.bench.engine;
