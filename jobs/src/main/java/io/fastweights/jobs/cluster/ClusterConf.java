package io.fastweights.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The configuration of a session cluster that nothing outside this machine can reach. */
final class ClusterConf {
  private static final int HEARTBEATS = 5;
  private static final int RETAINED = 3;
  private static final String LOGGING =
      """
      rootLogger.level = INFO
      rootLogger.appenderRef.console.ref = console
      appender.console.name = console
      appender.console.type = CONSOLE
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = %d{ISO8601} %-5p %c{1} %m%n
      """;

  private ClusterConf() {}

  /**
   * @param host of the JobManager
   * @param rpcPort that JobManager and TaskManagers talk on
   * @param restPort of the web page
   */
  static void write(
      SessionFolder folder, ClusterShape shape, String host, int rpcPort, int restPort)
      throws IOException {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("jobmanager.rpc.address", host);
    options.put("jobmanager.rpc.port", rpcPort);
    options.put("jobmanager.bind-host", host);
    options.put("taskmanager.numberOfTaskSlots", shape.slots);
    options.put("rest.address", host);
    options.put("rest.bind-address", host);
    options.put("rest.port", restPort);
    options.put("web.submit.enable", shape.webSubmit);
    long timeout = shape.heartbeatTimeout.toMillis();
    options.put("heartbeat.interval", timeout / HEARTBEATS + " ms");
    options.put("heartbeat.timeout", timeout + " ms");
    options.put("state.backend.type", "rocksdb");
    options.put("execution.checkpointing.incremental", true);
    // Flink reads this option from the cluster only, not from the job.
    options.put("execution.checkpointing.num-retained", RETAINED);
    options.put("taskmanager.load-balance.mode", "SLOTS");
    options.put("execution.checkpointing.dir", quoted(folder.checkpoints().toUri().toString()));
    options.put("io.tmp.dirs", quoted(folder.temporary().toString()));
    // JCuda's natives are in lib, and one class loader may have them.
    options.put("classloader.parent-first-patterns.additional", "jcuda.");
    Path file = folder.conf().resolve("config.yaml");
    Files.writeString(
        file,
        options.entrySet().stream()
            .map(entry -> entry.getKey() + ": " + entry.getValue() + "\n")
            .collect(Collectors.joining()));
    Files.writeString(folder.conf().resolve("log4j.properties"), LOGGING);
    folder.writeSlots(shape.slots);
    folder.writeAddress(host + ":" + restPort);
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
