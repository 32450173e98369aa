/** Memories in RocksDB: throughput, checkpoints and hit rates of caches. */
package io.fastweights.jobs.bench.state;
