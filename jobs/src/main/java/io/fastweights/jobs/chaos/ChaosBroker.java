package io.fastweights.jobs.chaos;

import io.fastweights.jobs.broker.LocalBroker;
import io.fastweights.jobs.process.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A Kafka broker, a process without injected faults. */
final class ChaosBroker implements AutoCloseable {
  static final String EVENTS = "events";
  static final String PREDICTIONS = "predictions";
  static final String DEAD_LETTERS = "dead-letters";

  private static final int PARTITIONS = 3;

  private final LocalBroker broker;
  private Process process;

  /**
   * @param host to listen at
   * @param lib folder of Kafka's jars
   */
  ChaosBroker(Path folder, String host, Path lib) throws IOException {
    broker = new LocalBroker(folder, host + ":" + FreePort.of(host, 0), lib);
  }

  String address() {
    return broker.address();
  }

  /** Starts it, and makes the topics. */
  void start() throws Exception {
    process = broker.start();
    broker.createTopics(Map.of(EVENTS, PARTITIONS, PREDICTIONS, PARTITIONS, DEAD_LETTERS, 1));
  }

  Path log() {
    return broker.log();
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }
}
