package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;

/** The code that docs/refresh.md shows is the code that stands here, and makes these jobs. */
class RefreshDocsTest {
  private static final Path DOCS = Path.of("../docs/refresh.md");
  private static final Path SOURCE =
      Path.of("src/test/java/io/fastweights/operator/RefreshDocsTest.java");
  private static final EventReader<Flight> READER =
      (flight, event) ->
          event
              .timestamp(flight.departure())
              .set(0, flight.destination())
              .target(flight.late() ? 1 : 0);

  private final Schema schema =
      Schema.of(List.of(new Field.Hashed("destination", 64)), new Target.Binary("late"));
  private final SlowWeights weights =
      TestModel.random(
          ModelConfig.builder(Architecture.ATTENTION)
              .dim(8)
              .heads(2)
              .dimHead(4)
              .nu(1)
              .outputs(1)
              .build(),
          schema,
          1);
  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment(
          new Configuration().set(PipelineOptions.GENERIC_TYPES, false));
  private final DataStream<Flight> flights =
      env.fromData(Flight.class, new Flight("ATL", "JFK", 0, false));

  /** An element of the stream. */
  public record Flight(String origin, String destination, long departure, boolean late) {}

  private void refresh(Source<ModelUpdate, ?, ?> announcements) {
    DataStream<ModelUpdate> updates =
        env.fromSource(announcements, WatermarkStrategy.noWatermarks(), "updates");

    FastWeightStream<Flight> flightsByOrigin =
        FastWeights.on(flights.keyBy(Flight::origin))
            .schema(schema, READER)
            .weights(weights)
            .refresh(updates)
            .uid("memories")
            .build();

    DataStream<RefusedModel> refused = flightsByOrigin.refusedModels();
    refused.print();
  }

  private void shadow(DataStream<ModelUpdate> updates, DataStream<ModelUpdate> candidates) {
    FastWeightStream<Flight> flightsByOrigin =
        FastWeights.on(flights.keyBy(Flight::origin))
            .schema(schema, READER)
            .weights(weights)
            .refresh(updates)
            .shadow(candidates)
            .uid("memories")
            .build();

    DataStream<Compared<Flight>> sideBySide = flightsByOrigin.shadow().compared();
    DataStream<Scored<Flight>> scores = flightsByOrigin.scored();
    sideBySide.print();
    scores.print();
  }

  private static String squeezed(String code) {
    return code.replaceAll("\\s+", " ");
  }

  @Test
  void theDocumentationShowsThisCode() throws Exception {
    String source = squeezed(Files.readString(SOURCE));
    List<String> blocks =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(DOCS))
            .results()
            .map(block -> squeezed(block.group(1)))
            .toList();
    assertThat(blocks).hasSize(2).allSatisfy(block -> assertThat(source).contains(block));
  }

  @Test
  void theCodeMakesJobsWhoseOperatorsHaveTheirNames() {
    refresh(
        new DataGeneratorSource<>(
            i -> ModelUpdate.of("s3://models/flights-7.safetensors", 7),
            1,
            RateLimiterStrategy.noOp(),
            ModelUpdate.type()));
    assertThat(env.getStreamGraph(false).getStreamingPlanAsJSON())
        .contains("\"fast-weights-models\"", "\"fast-weights\"");
    DataStream<ModelUpdate> updates =
        env.fromData(ModelUpdate.type(), ModelUpdate.of("s3://models/flights-7.safetensors", 7));
    shadow(updates, updates);
    assertThat(env.getStreamGraph().getStreamingPlanAsJSON())
        .contains(
            "\"fast-weights-scores\"",
            "\"fast-weights-shadow\"",
            "\"fast-weights-shadow-models\"",
            "\"fast-weights-shadow-scores\"");
  }
}
