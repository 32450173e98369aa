package io.fastweights.jobs.bench.ask;

import io.fastweights.jobs.bench.measure.OwnProcess;
import io.fastweights.jobs.broker.LocalBroker;
import io.fastweights.jobs.process.FreePort;
import io.fastweights.jobs.process.TemporaryFiles;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.util.FileUtils;

/**
 * A broker, a job that answers, exactly once, and a service that asks.
 *
 * @param lib folder of Kafka's jars
 * @param lingerMillis that an event waits for its batch
 * @param checkpointMillis between two checkpoints
 * @param bufferMillis that a message waits for others in a network buffer
 */
record AskBenchmark(
    Path lib, Isolation isolation, int lingerMillis, int checkpointMillis, int bufferMillis) {
  /** Main class of the commands, by its name: this package is below it. */
  private static final String MAIN = "io.fastweights.jobs.Main";

  private static final String HOST = "127.0.0.1";
  private static final String SCHEMA =
      """
      {"key": "user", "time": "time", "id": "id",
       "fields": [{"name": "category", "encoder": "hashed", "buckets": 256}],
       "target": {"name": "clicked", "encoder": "binary"}}
      """;
  private static final String JOB =
      """
      name: answers
      source: {kafka: {brokers: "%1$s", topic: asks, start: earliest}}
      sink: {kafka: {brokers: "%1$s", topic: answers, dead-letter-topic: refused}}
      schema: schema.json
      fastweights: {linger: %2$d ms}
      flink: {parallelism.default: 1, execution.checkpointing.interval: %3$d ms, execution.buffer-timeout: %4$d ms}
      """;

  /**
   * Asks for some time.
   *
   * @param rate messages a second: asks and labels
   * @param warmUp seconds that do not count
   * @return milliseconds until each answer
   */
  double[] run(int rate, int warmUp, int seconds) throws Exception {
    Path folder = TemporaryFiles.folder();
    String address = HOST + ":" + FreePort.of(HOST, 0);
    LocalBroker broker = new LocalBroker(folder.resolve("broker"), address, lib);
    Process brokerProcess = broker.start();
    Process job = null;
    try {
      broker.createTopics(Map.of("asks", 1, "answers", 1, "refused", 1));
      job = job(folder, address);
      try (AskingService service = new AskingService(address, isolation)) {
        service.awaitFirst(job::isAlive);
        return service.ask(rate, warmUp, seconds);
      } catch (IllegalStateException e) {
        throw new IOException(e.getMessage() + ": " + Files.readString(log(folder)), e);
      }
    } finally {
      end(job);
      end(brokerProcess);
      FileUtils.deleteDirectoryQuietly(folder.toFile());
    }
  }

  private static void end(Process process) {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  private static Path log(Path folder) {
    return folder.resolve("job.log");
  }

  private Process job(Path folder, String address) throws IOException {
    Files.writeString(folder.resolve("schema.json"), SCHEMA);
    Path file =
        Files.writeString(
            folder.resolve("job.yaml"),
            String.format(Locale.ROOT, JOB, address, lingerMillis, checkpointMillis, bufferMillis));
    return new ProcessBuilder(
            OwnProcess.java(OwnProcess.sameHeap(), MAIN, "run", "--config", file.toString()))
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(Redirect.to(log(folder).toFile()))
        .start();
  }
}
