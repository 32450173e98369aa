/** Benchmarks: {@code fastweights bench}. */
package io.fastweights.jobs.bench;
