package io.fastweights.jobs.pipeline;

import io.fastweights.jobs.events.Rejected;
import io.fastweights.operator.api.ModelUpdate;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Weights that arrive while a job runs.
 *
 * @param updates that shall serve
 * @param candidates for the job's shadow; null if it has none
 * @param rejected messages that are neither
 */
public record NewWeights(
    DataStream<ModelUpdate> updates,
    DataStream<ModelUpdate> candidates,
    DataStream<Rejected> rejected) {}
