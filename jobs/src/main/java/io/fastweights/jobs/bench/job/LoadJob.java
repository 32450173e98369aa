package io.fastweights.jobs.bench.job;

import io.fastweights.jobs.pipeline.WorkFolder;
import java.io.IOException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A whole job whose load is measured: {@link SyntheticJob} or {@link FlightsJob}. */
sealed interface LoadJob permits SyntheticJob, FlightsJob {
  /** The options of the cluster and of the job. */
  Configuration flink(WorkFolder work);

  /** Adds the job to the environment; it ends in the meter of this name. */
  void build(StreamExecutionEnvironment environment, String meter) throws IOException;

  /** True if events carry the nanoseconds of their creation as timestamps. */
  boolean timed();
}
