/** The Numenta Anomaly Benchmark. */
package io.fastweights.jobs.experiment.anomalies;
