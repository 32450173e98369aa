package io.fastweights.jobs.examples;

import static org.assertj.core.api.Assertions.assertThat;

import examples.AnomalyDetection;
import examples.AnomalyDetection.Reading;
import examples.AskByTopic;
import examples.KafkaLateLabels;
import examples.NextItem;
import examples.NextItem.Visit;
import examples.TwoKeys;
import examples.TwoKeys.Rating;
import io.fastweights.jobs.kafka.Broker;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Scored;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs the jobs of the folder {@code examples} and looks at what they learn. */
class ExamplesITCase {
  private static final Path SOURCES = Path.of("examples/src/examples");
  private static final int MOST_LINES = 80;

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static StreamExecutionEnvironment environment() {
    return StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(2);
  }

  @Test
  void eachIsAWholeJobOfAScreenOrTwo() throws Exception {
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.toList()) {
        List<String> lines = Files.readAllLines(file);
        assertThat(lines.size()).as("lines of %s", file).isLessThan(MOST_LINES);
        assertThat(lines).anyMatch(line -> line.contains("public static void main("));
      }
    }
  }

  @Test
  void kafkaLateLabelsAnswersWhatIsShownAndLearnsWhenTheLabelComes() throws Exception {
    Broker broker = new Broker();
    JobClient job = null;
    try {
      broker.createTopics(1, "offers", "answers", "malformed");
      StreamExecutionEnvironment env = environment();
      env.enableCheckpointing(100);
      KafkaLateLabels.build(env, broker.address());
      job = env.executeAsync("late labels");
      List<String> messages = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        messages.add(offer(i, null));
        if (i >= 10) {
          messages.add(offer(i - 10, (i - 10) % 2 == 0));
        }
      }
      messages.add("{\"id\":\"none\",\"user\":\"ann\"}");
      broker.send(
          messages.stream()
              .map(text -> text.getBytes(StandardCharsets.UTF_8))
              .map(value -> new ProducerRecord<byte[], byte[]>("offers", value))
              .toList());
      List<String> answers = await(broker, "answers", 100);
      List<String> malformed = await(broker, "malformed", 1);
      assertThat(malformed).singleElement().asString().contains("none");
      assertThat(probability(answers, "o-98 ")).isGreaterThan(0.9);
      assertThat(probability(answers, "o-99 ")).isLessThan(0.1);
      try (AskByTopic service = new AskByTopic(broker.address())) {
        assertThat(service.ask("ann", "wine").get(60, TimeUnit.SECONDS)).isGreaterThan(0.9);
        assertThat(service.ask("ann", "toys").get(60, TimeUnit.SECONDS)).isLessThan(0.1);
      }
    } finally {
      // Another test needs its slots.
      if (job != null) {
        job.cancel().get(30, TimeUnit.SECONDS);
      }
      broker.close();
    }
  }

  /** Of one user, who clicks on every offer of wine and on no other. */
  private static String offer(int number, Boolean clicked) {
    return String.format(
        Locale.ROOT,
        "{\"id\":\"o-%d\",\"user\":\"ann\",\"category\":\"%s\",\"time\":%d,\"clicked\":%s}",
        number,
        number % 2 == 0 ? "wine" : "toys",
        clicked == null ? number : number + 10,
        clicked);
  }

  private static List<String> await(Broker broker, String topic, int messages) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      List<String> found =
          broker.committed(topic).stream()
              .map(record -> new String(record.value(), StandardCharsets.UTF_8))
              .toList();
      if (found.size() >= messages || System.nanoTime() > deadline) {
        assertThat(found).as(topic).hasSize(messages);
        return found;
      }
      // Predictions appear with the checkpoint that commits them.
      Thread.sleep(100);
    }
  }

  private static double probability(List<String> answers, String beginning) {
    String answer = answers.stream().filter(a -> a.startsWith(beginning)).findAny().orElseThrow();
    return Double.parseDouble(answer.substring(beginning.length()));
  }

  @Test
  void twoKeysLearnsWhatAUserLikesBeyondWhatAllLike() throws Exception {
    int events = 10_000;
    List<Prediction<Rating>> predictions =
        TwoKeys.memories(
                environment()
                    .fromSequence(0, events - 1)
                    .setParallelism(1)
                    .map(TwoKeys::rating)
                    .setParallelism(1))
            .predictions()
            .executeAndCollect(events);

    List<Prediction<Rating>> last =
        predictions.stream().filter(p -> p.event().time() >= events / 2 * 1000L).toList();
    double mean = last.stream().mapToDouble(p -> p.event().stars()).average().orElseThrow();
    double ofMean = meanSquare(last, p -> mean);
    double ours = meanSquare(last, p -> p.values()[0]);
    assertThat(predictions).hasSize(events);
    assertThat(ours).as("mean square, of the mean's %s", ofMean).isLessThan(ofMean / 5);
  }

  private static double meanSquare(
      List<Prediction<Rating>> ratings, ToDoubleFunction<Prediction<Rating>> said) {
    return ratings.stream()
        .mapToDouble(p -> Math.pow(said.applyAsDouble(p) - p.event().stars(), 2))
        .average()
        .orElseThrow();
  }

  @Test
  void nextItemRanksWhatAReaderTakesNext() throws Exception {
    int events = 2000;
    List<Scored<Visit>> scored =
        NextItem.memories(
                environment()
                    .fromSequence(0, events - 1)
                    .setParallelism(1)
                    .map(NextItem::visit)
                    .setParallelism(1))
            .scored()
            .executeAndCollect(events);

    assertThat(scored).hasSize(events);
    List<Scored<Visit>> last =
        scored.stream().filter(s -> s.predictedAt() >= events / 2 * 1000L).toList();
    long first = last.stream().filter(s -> s.rank() == 1).count();
    assertThat(first).as("of %d", last.size()).isGreaterThan(last.size() * 95L / 100);
  }

  @Test
  void anomalyDetectionReportsFaultsAndHardlyAnythingElse() throws Exception {
    int events = 40_000;
    List<Anomaly<Reading>> reported =
        AnomalyDetection.memories(
                environment()
                    .fromSequence(0, events - 1)
                    .setParallelism(1)
                    .map(AnomalyDetection::reading)
                    .setParallelism(1))
            .anomalies()
            .filter(Anomaly::isAnomaly)
            .executeAndCollect(events);

    // A machine has learned its states by then.
    long learned = 6000;
    long faults = LongStream.range(learned, events).filter(AnomalyDetection::isFault).count();
    long found =
        reported.stream()
            .mapToLong(a -> a.prediction().event().time() / 1000)
            .filter(number -> number >= learned && AnomalyDetection.isFault(number))
            .count();
    assertThat(found).as("of %d faults", faults).isGreaterThanOrEqualTo(faults * 8 / 10);
    double others = (double) (reported.size() - found) / events;
    assertThat(others).as("share of other alarms").isLessThan(0.0005);
  }
}
