package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fastweights.jobs.Commands;
import io.fastweights.jobs.TrainedWeights;
import io.fastweights.kernels.weights.WeightsFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectClusterClient;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.SerializedThrowable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A job goes on from a savepoint, and with it the topic of new weights. */
class KafkaRefreshRestoreITCase {
  private static final String JOB =
      """
      source: {kafka: {brokers: "%1$s", topic: visits}}
      sink: {kafka: {brokers: "%1$s", topic: answers, delivery: at-least-once}}
      weights: weights-1
      flink: {execution.checkpointing.interval: 200ms, restart-strategy.type: disable}
      """;
  private static final String REFRESH =
      """
      refresh: {kafka: {brokers: "%1$s", topic: models}}
      """;
  private static final String DROP =
      JOB.replace("200ms", "200ms, execution.state-recovery.ignore-unclaimed-state: true");

  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static Broker broker;

  @TempDir Path folder;

  private RestClusterClient<?> client;
  private JobID job;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = new Broker();
    broker.createTopics(2, "visits");
    broker.createTopics(1, "models", "models.refused", "answers", "answers.malformed");
  }

  @AfterAll
  static void stopBroker() throws Exception {
    broker.close();
  }

  @BeforeEach
  void prepare(@InjectClusterClient RestClusterClient<?> clusterClient) throws Exception {
    client = clusterClient;
    WeightsFile.write(TrainedWeights.over(Visits.SCHEMA_JSON, 1), folder.resolve("weights-1"));
    WeightsFile.write(TrainedWeights.over(Visits.SCHEMA_JSON, 2), folder.resolve("weights-2"));
    WeightsFile.write(TrainedWeights.wider(Visits.SCHEMA_JSON, 3), folder.resolve("wider"));
    // All of the job's classes are in this process already.
    new JarOutputStream(Files.newOutputStream(folder.resolve("job.jar"))).close();
  }

  /**
   * @param savepoint null for none
   */
  private void start(String yaml, int parallelism, String savepoint) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("job.yaml"), String.format(Locale.ROOT, yaml, broker.address()));
    URI rest = URI.create(client.getWebInterfaceURL());
    List<String> args = new ArrayList<>(List.of("run", "--config", file.toString(), "--detached"));
    args.add("--cluster=" + rest.getAuthority());
    args.add("--parallelism=" + parallelism);
    args.add("--job-jar=" + folder.resolve("job.jar"));
    if (savepoint != null) {
      args.add("--from-savepoint=" + savepoint);
    }
    String out = Commands.succeed(args.toArray(String[]::new));
    job = JobID.fromHexString(out.strip().substring("job ".length()));
  }

  private boolean runs() throws Exception {
    return !client.getJobStatus(job).get(60, TimeUnit.SECONDS).isGloballyTerminalState();
  }

  private String stop() throws Exception {
    return client
        .stopWithSavepoint(
            job,
            false,
            folder.resolve("savepoints").toUri().toString(),
            SavepointFormatType.CANONICAL)
        .get(60, TimeUnit.SECONDS);
  }

  private static void update(String message) throws Exception {
    Questions.update(broker, "models", message);
  }

  private static List<String> refusals() {
    return broker.committed("models.refused").stream()
        .map(record -> Visits.header(record, DeadLetters.REASON))
        .toList();
  }

  @Test
  void aRestoredJobServesWhatItServedAndReadsOnlyTheUpdatesThatItHasNot() throws Exception {
    Questions questions = new Questions(broker, "answers", this::runs);
    start(JOB, 1, null);
    assertThat(questions.ask()).noneMatch(answer -> answer.has("model_version"));

    start(JOB + REFRESH, 1, stop());
    update(Questions.keeping(folder.resolve("weights-2"), 7));
    questions.askUntil(7);
    String before = stop();
    update(Questions.keeping(folder.resolve("weights-1"), 8));
    update(Questions.keeping(folder.resolve("wider"), 9));
    update(Questions.withReset(folder.resolve("wider"), 10));

    start(JOB + REFRESH, 2, before);
    questions.askUntil(10);
    // Update 7 would be refused if it were read again, for it is not above 7.
    assertThat(refusals()).singleElement().asString().contains("does not ask for a reset");

    start(JOB + REFRESH, 1, stop());
    List<JsonNode> answers = questions.ask();
    assertThat(Questions.version(answers.get(answers.size() - 1))).isEqualTo(10);
    assertThat(refusals()).hasSize(1);

    String withWeights = stop();
    assertThatThrownBy(() -> start(JOB, 1, withWeights))
        .hasMessageContaining("the operator is not available in the new program");
    start(DROP, 1, withWeights);
    assertThat(client.requestJobResult(job).get(60, TimeUnit.SECONDS).getSerializedThrowable())
        .get()
        .extracting(SerializedThrowable::getFullStringifiedStackTrace)
        .asString()
        .contains("which this job would not serve: it needs refresh(...) as the job before had");
  }
}
