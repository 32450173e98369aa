package io.fastweights.jobs.demo;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.api.Prediction;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

/**
 * The flights as a Flink job on an embedded cluster. Its results come to the client exactly once,
 * with the checkpoints.
 *
 * @param seconds from the submission of the job to its last result
 */
record DemoJob(double seconds, List<Throughput.Sample> throughput, List<Checkpoint> checkpoints) {

  /**
   * @param weights trained ones with their schema; null for associative memories
   */
  static DemoJob run(
      EmbeddedCluster cluster,
      Path events,
      SlowWeights weights,
      Outcomes outcomes,
      Progress progress)
      throws Exception {
    StreamExecutionEnvironment environment = cluster.environment();
    DataStream<Outcome> results = results(environment, events, weights);
    Throughput throughput = new Throughput();
    CloseableIterator<Outcome> delivered = results.collectAsync();
    long start = System.nanoTime();
    double first = 0;
    JobClient job = environment.executeAsync("fastweights demo");
    while (delivered.hasNext()) {
      outcomes.add(delivered.next());
      double seconds = (System.nanoTime() - start) / 1e9;
      throughput.add(seconds);
      first = first == 0 ? seconds : first;
      progress.update(seconds - first, outcomes);
    }
    job.getJobExecutionResult().get();
    double seconds = (System.nanoTime() - start) / 1e9;
    progress.end();
    return new DemoJob(seconds, throughput.samples(), cluster.checkpoints(job.getJobID()));
  }

  private static DataStream<Outcome> results(
      StreamExecutionEnvironment environment, Path events, SlowWeights weights) throws Exception {
    Schema schema = weights == null ? DemoEvents.SCHEMA : weights.schema();
    EventFiles files = EventFiles.of(events, schema);
    EventPipeline pipeline = EventPipeline.build(environment, files, schema, weights);
    int flight = files.columns().indexOf(DemoEvents.FLIGHT);
    DataStream<Outcome> predicted =
        pipeline
            .predictions()
            .map(prediction -> outcome(prediction, flight))
            .returns(TypeInformation.of(Outcome.class))
            .name("outcomes");
    DataStream<Outcome> refused =
        pipeline
            .rejected()
            .map(rejected -> new Outcome(Outcome.REFUSED, false, Float.NaN, Float.NaN))
            .returns(TypeInformation.of(Outcome.class))
            .name("refusals");
    return predicted.union(refused);
  }

  private static Outcome outcome(Prediction<Event> prediction, int flight) {
    return new Outcome(
        Integer.parseInt(prediction.event().cells()[flight]),
        prediction.observed(),
        prediction.values()[0],
        prediction.recallError());
  }
}
