/** Jobs of random keys and their memories: ours, and the naive way that they are compared with. */
package io.fastweights.jobs.bench.load;
