/** Whole jobs: throughput, latency and backpressure. */
package io.fastweights.jobs.bench.job;
