package io.fastweights.jobs.retrain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.jobs.config.JobConfig;
import io.fastweights.jobs.config.JobConfigReader;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.kafka.Broker;
import io.fastweights.jobs.kafka.ComparedMessage;
import io.fastweights.operator.api.ModelUpdate;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials of candidates, with comparisons that no job has made. */
class ShadowTrialITCase {
  private static final String JOB =
      """
      source: {kafka: {brokers: "%1$s", topic: clicks}}
      sink: {kafka: {brokers: "%1$s", topic: answers}}
      refresh: {kafka: {brokers: "%1$s", topic: %2$s, refused-topic: refused, compared-topic: compared.%2$s}}
      weights: own.safetensors
      """;

  private static final int LEAST_EVENTS = 200;
  private static final double MARGIN = 0.1;

  private static Broker broker;

  @TempDir Path folder;

  private final StringWriter printed = new StringWriter();

  @BeforeAll
  static void startBroker() throws Exception {
    broker = new Broker();
    broker.createTopics(1, "refused", "worse", "compared.worse", "better", "compared.better");
  }

  @AfterAll
  static void stopBroker() throws Exception {
    broker.close();
  }

  private JobConfig job(String topic) throws Exception {
    String text = String.format(Locale.ROOT, JOB, broker.address(), topic);
    return JobConfigReader.read(Files.writeString(folder.resolve("job.yaml"), text), Map.of());
  }

  private ShadowTrial trial(JobConfig job) throws Exception {
    return new ShadowTrial(job, LEAST_EVENTS, MARGIN, new PrintWriter(printed, true));
  }

  /** Comparisons with a loss of 0.5 by the weights that serve. */
  private static void compared(String topic, int count, long live, long shadow, double loss)
      throws Exception {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double noise = 0.02 * (i % 7);
      Message message =
          new ComparedMessage(1000L * i, false, live, shadow, 0.5 + noise, loss + noise / 2)
              .message("compared." + topic, "u" + i);
      records.add(new ProducerRecord<>(message.topic(), message.key(), message.value()));
    }
    broker.send(records);
  }

  private static Positions at(long offset) {
    return new Positions(Map.of(0, offset));
  }

  private static List<String> values(String topic) {
    return broker.committed(topic).stream().map(r -> new String(r.value(), UTF_8)).toList();
  }

  @Test
  void aWorseCandidateIsWithdrawnAndItsEventsStayJudged() throws Exception {
    JobConfig job = job("worse");
    // Of an earlier trial.
    compared("worse", LEAST_EVENTS, 0, 1, 0.1);
    try (Updates updates = new Updates(job.refresh().kafka());
        ShadowTrial trial = trial(job)) {
      ModelUpdate candidate = ModelUpdate.of("/candidate", 1).withSha256("ab".repeat(32));
      assertThat(trial.begin(updates, candidate, updates.served(), at(7), "better")).isTrue();
      Served served = updates.served();
      assertThat(served.newest()).as("what serves").isNull();
      assertThat(served.trial().candidate()).isEqualTo(candidate);

      compared("worse", LEAST_EVENTS - 1, 0, 1, 0.6);
      compared("worse", LEAST_EVENTS, 0, 9, 0.1);
      assertThat(trial.judge(updates, served).get("compared").longValue())
          .isEqualTo(LEAST_EVENTS - 1);
      assertThat(printed.toString()).contains("on trial: version 1 in the shadow, 199 of 200");
      assertThat(values("worse")).hasSize(1);

      compared("worse", 1, 0, 1, 0.6);
      assertThat(trial.judge(updates, updates.served()).get("sent_version").longValue()).isZero();
      assertThat(printed.toString()).contains("withdrawn: version 1, its gain in the shadow is");
      Served after = updates.served();
      assertThat(after.trial()).isNull();
      assertThat(after.newest()).as("what serves").isNull();
      assertThat(after.judged()).isEqualTo(at(7));
    }
    List<ConsumerRecord<byte[], byte[]>> messages = broker.committed("worse");
    assertThat(messages)
        .extracting(message -> new String(message.key(), UTF_8))
        .as("keys of their own, which compaction keeps apart from weights that serve")
        .containsExactly("model.shadow", "model.shadow");
    assertThat(values("worse").get(1))
        .contains("own.safetensors")
        .contains("\"version\":2")
        .contains("\"shadow\":true");
  }

  @Test
  void aBetterCandidateIsSentOnceWhicheverProcessIsKilled() throws Exception {
    JobConfig job = job("better");
    ModelUpdate candidate = ModelUpdate.of("/candidate", 1);
    try (Updates first = new Updates(job.refresh().kafka());
        ShadowTrial trial = trial(job)) {
      assertThat(trial.begin(first, candidate, first.served(), at(7), "better")).isTrue();
    }
    compared("better", LEAST_EVENTS, 0, 1, 0.3);
    KafkaProducer<byte[], byte[]> killed = killed("better");
    try (Updates second = new Updates(job.refresh().kafka());
        ShadowTrial trial = trial(job)) {
      Served served = second.served();
      assertThat(served.highest()).as("the message of the killed process is void").isEqualTo(1);
      try (Updates third = new Updates(job.refresh().kafka())) {
        assertThatThrownBy(() -> trial.judge(second, served))
            .hasMessageContaining("another process retrains for topic better now");
        Served stale = third.served();
        assertThat(trial.judge(third, stale).get("sent_version").longValue()).isEqualTo(2);
        assertThat(trial.judge(third, stale).get("sent_version").longValue())
            .as("decided twice on what was read once")
            .isZero();
        Served after = third.served();
        assertThat(after.trial()).as("a trial that has ended").isNull();
        assertThat(after.newest()).isEqualTo(ModelUpdate.of("/candidate", 2));
        assertThat(after.judged()).isEqualTo(at(7));
      }
    } finally {
      killed.close(Duration.ZERO);
    }
    assertThat(values("better")).hasSize(2);
    assertThat(printed.toString()).contains("sent: version 2, /candidate");
  }

  /** A process that was killed while it sent a candidate that had won. */
  private static KafkaProducer<byte[], byte[]> killed(String topic) throws Exception {
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                broker.address(),
                "transactional.id",
                "fastweights-retrain-" + topic),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
    producer.beginTransaction();
    String half = "{\"path\": \"/half\", \"version\": 2}";
    producer.send(new ProducerRecord<>(topic, half.getBytes(UTF_8)));
    producer.flush();
    return producer;
  }

  @Test
  void aJobWithoutAShadowIsRefused() throws Exception {
    String text =
        String.format(Locale.ROOT, JOB, broker.address(), "worse")
            .replace(", compared-topic: compared.worse", "");
    JobConfig job =
        JobConfigReader.read(Files.writeString(folder.resolve("job.yaml"), text), Map.of());
    assertThatThrownBy(() -> trial(job)).hasMessageContaining("refresh.kafka.compared-topic");
  }
}
