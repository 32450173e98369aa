package io.fastweights.jobs.bench.job;

import io.fastweights.jobs.bench.load.FlightInputs;
import io.fastweights.jobs.bench.load.NaiveMemory;
import io.fastweights.jobs.bench.load.StateJob;
import io.fastweights.jobs.bench.load.StateJob.Way;
import io.fastweights.jobs.demo.DemoEvents;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Prediction;
import io.fastweights.state.SizeOption;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The demo: flights from a CSV file, which one subtask reads and parses, whatever the parallelism.
 *
 * @param memory bytes for memories, of all subtasks together
 */
record FlightsJob(Way way, Path events, int parallelism, MemorySize memory) implements LoadJob {
  @Override
  public Configuration flink(WorkFolder work) {
    MemorySize managed = memory.subtract(way.cache(memory));
    Configuration flink =
        StateJob.flink(way, work, managed, Duration.ofSeconds(1))
            .set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    return SizeOption.set(
        flink, FastWeightOptions.CACHE_SIZE, way.cache(memory).divide(parallelism));
  }

  @Override
  public void build(StreamExecutionEnvironment environment, String meter) throws IOException {
    EventFiles files = EventFiles.of(events, DemoEvents.SCHEMA);
    answers(environment, files).sinkTo(new Meter.End<>(meter, 0));
  }

  private DataStream<Prediction<Event>> answers(
      StreamExecutionEnvironment environment, EventFiles files) {
    if (way == Way.FASTWEIGHTS) {
      return EventPipeline.build(environment, files, DemoEvents.SCHEMA, null).predictions();
    }
    return files
        .events(environment, DemoEvents.SCHEMA)
        .keyBy(Event::key, Types.STRING)
        .process(
            new NaiveMemory<>(new FlightInputs(files.columns())),
            Prediction.type(TypeInformation.of(Event.class)))
        .uid("naive");
  }

  @Override
  public boolean timed() {
    return false;
  }
}
