/** Clocks, counters and quantiles of measured jobs, and processes of their own to run them in. */
package io.fastweights.jobs.bench.measure;
