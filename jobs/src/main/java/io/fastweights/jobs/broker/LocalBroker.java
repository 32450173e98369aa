package io.fastweights.jobs.broker;

import io.fastweights.jobs.process.ChildJvm;
import io.fastweights.jobs.process.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;

/** A Kafka broker of this machine, in a process of its own: one node, one copy of everything. */
public final class LocalBroker {
  private static final long UP_SECONDS = 60;
  private static final String CONTROLLER = "127.0.0.1";
  private static final String OPTIONS =
      """
      process.roles=broker,controller
      node.id=1
      controller.quorum.voters=1@127.0.0.1:%3$d
      listeners=CLIENTS://%1$s:%2$d,CONTROLLER://127.0.0.1:%3$d
      advertised.listeners=CLIENTS://%1$s:%2$d
      listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
      inter.broker.listener.name=CLIENTS
      controller.listener.names=CONTROLLER
      log.dirs=%4$s
      offsets.topic.replication.factor=1
      offsets.topic.num.partitions=1
      transaction.state.log.replication.factor=1
      transaction.state.log.min.isr=1
      transaction.state.log.num.partitions=2
      group.initial.rebalance.delay.ms=0
      auto.create.topics.enable=false
      # Retention goes by the events' own timestamps, which may be old.
      log.retention.ms=-1
      """;

  private final Path folder;
  private final Path lib;
  private final String address;

  /**
   * @param folder of its options, log and data
   * @param address where clients find it, as HOST:PORT
   * @param lib folder of Kafka's jars
   * @throws IllegalArgumentException if the jars are missing
   */
  public LocalBroker(Path folder, String address, Path lib) {
    this.folder = folder;
    this.address = address;
    this.lib = ChildJvm.jars(lib);
  }

  /** Where clients find it, as HOST:PORT. */
  public String address() {
    return address;
  }

  /** File that takes what it prints. */
  public Path log() {
    return folder.resolve("log");
  }

  private Path options() {
    return folder.resolve("server.properties");
  }

  /**
   * Makes its storage and starts it.
   *
   * @throws IllegalStateException if the storage cannot be made; has the broker's log
   */
  public Process start() throws IOException, InterruptedException {
    Files.createDirectories(folder);
    int colon = address.lastIndexOf(':');
    Files.writeString(
        options(),
        String.format(
            Locale.ROOT,
            OPTIONS,
            address.substring(0, colon),
            Integer.parseInt(address.substring(colon + 1)),
            FreePort.of(CONTROLLER, 0),
            // A backslash would be an escape there.
            folder.resolve("data").toString().replace('\\', '/')));
    String id = Uuid.randomUuid().toString();
    Process format =
        java(
            "kafka.tools.StorageTool",
            "format",
            "--ignore-formatted",
            "-t",
            id,
            "-c",
            options().toString());
    if (format.waitFor() != 0) {
      throw new IllegalStateException("Kafka's storage could not be made: " + logged());
    }
    return java("kafka.Kafka", options().toString());
  }

  /**
   * Waits until it answers, and makes the topics that it lacks.
   *
   * @return those that were made
   * @throws IllegalStateException if it does not answer in time; has the broker's log
   */
  public List<String> createTopics(Map<String, Integer> partitions) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      Set<String> missing = new HashSet<>(partitions.keySet());
      missing.removeAll(admin.listTopics().names().get(UP_SECONDS, TimeUnit.SECONDS));
      List<NewTopic> topics =
          missing.stream()
              .sorted()
              .map(topic -> new NewTopic(topic, partitions.get(topic), (short) 1))
              .toList();
      admin.createTopics(topics).all().get(UP_SECONDS, TimeUnit.SECONDS);
      return topics.stream().map(NewTopic::name).toList();
    } catch (java.util.concurrent.TimeoutException | org.apache.kafka.common.KafkaException e) {
      throw new IllegalStateException("the Kafka broker does not come up: " + logged(), e);
    }
  }

  private Process java(String main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("-Xmx512m", "-cp", lib + "/*", main));
    command.addAll(List.of(arguments));
    return ChildJvm.server(folder, log(), command).start();
  }

  private String logged() throws IOException {
    return Files.readString(log());
  }
}
