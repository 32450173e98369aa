package io.fastweights.jobs.chaos;

import io.fastweights.jobs.process.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;

/** A Kafka broker, a process without injected faults. */
final class ChaosBroker implements AutoCloseable {
  static final String EVENTS = "events";
  static final String PREDICTIONS = "predictions";
  static final String DEAD_LETTERS = "dead-letters";

  private static final int PARTITIONS = 3;
  private static final long UP_SECONDS = 60;
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
      # The events' timestamps are of 1970.
      log.retention.ms=-1
      """;

  private final Path folder;
  private final Path lib;
  private final String address;
  private Process process;

  /**
   * @param host to listen at
   * @param lib folder of Kafka's jars
   */
  ChaosBroker(Path folder, String host, Path lib) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.lib = lib.toAbsolutePath().normalize();
    if (!Files.isDirectory(this.lib)) {
      throw new IllegalArgumentException(this.lib + " is missing: mvn package makes it");
    }
    int port = freePort(host);
    address = host + ":" + port;
    Files.writeString(
        options(),
        String.format(
            Locale.ROOT, OPTIONS, host, port, freePort("127.0.0.1"), folder.resolve("data")));
  }

  private static int freePort(String host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.getLocalPort();
    }
  }

  private Path options() {
    return folder.resolve("server.properties");
  }

  String address() {
    return address;
  }

  /** Starts it, and makes the topics. */
  void start() throws Exception {
    String id = Uuid.randomUuid().toString();
    Process format =
        java("kafka.tools.StorageTool", "format", "-t", id, "-c", options().toString());
    if (format.waitFor() != 0) {
      throw new IllegalStateException("Kafka's storage could not be formatted: " + logged());
    }
    process = java("kafka.Kafka", options().toString());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(EVENTS, PARTITIONS, (short) 1),
                  new NewTopic(PREDICTIONS, PARTITIONS, (short) 1),
                  new NewTopic(DEAD_LETTERS, 1, (short) 1)))
          .all()
          .get(UP_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("the Kafka broker does not come up: " + logged(), e);
    }
  }

  private Process java(String main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java(), "-Xmx512m"));
    command.addAll(ChildJvm.serverOptions());
    command.addAll(List.of("-cp", lib + "/*", main));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
        .start();
  }

  Path log() {
    return folder.resolve("log");
  }

  private String logged() throws IOException {
    return Files.readString(log());
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }
}
