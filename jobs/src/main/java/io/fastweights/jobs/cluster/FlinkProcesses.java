package io.fastweights.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts a cluster's JVMs: what bin/jobmanager.sh and bin/taskmanager.sh of a Flink do. */
final class FlinkProcesses {
  private static final String JOB_MANAGER =
      "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
  private static final String TASK_MANAGER =
      "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
  private static final int FRAMEWORK_HEAP = 128;
  private static final int FRAMEWORK_DIRECT = 128;
  private static final int NETWORK = 64;

  private static final List<String> OPENED =
      List.of(
          "java.lang",
          "java.net",
          "java.io",
          "java.nio",
          "java.lang.reflect",
          "java.text",
          "java.time",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "java.util.concurrent.locks",
          "sun.nio.ch");

  private final SessionFolder folder;
  private final Path lib;

  /**
   * @param lib folder of Flink's jars
   */
  FlinkProcesses(SessionFolder folder, Path lib) {
    this.folder = folder;
    this.lib = lib.toAbsolutePath().normalize();
    if (!Files.isDirectory(this.lib)) {
      throw new IllegalArgumentException(this.lib + " is missing: mvn package makes it");
    }
  }

  ClusterProcess jobManager() throws IOException {
    return start(SessionFolder.jobManager(), List.of("-Xmx512m"), JOB_MANAGER, List.of());
  }

  /**
   * @param number from 1
   */
  ClusterProcess taskManager(int number, ClusterShape shape) throws IOException {
    String name = SessionFolder.taskManager(number);
    return start(
        name,
        List.of(
            "-Xmx" + (shape.heap + FRAMEWORK_HEAP) + "m",
            "-XX:MaxDirectMemorySize=" + (FRAMEWORK_DIRECT + NETWORK) + "m",
            "--add-modules=jdk.incubator.vector"),
        TASK_MANAGER,
        memory(shape, name));
  }

  /** The sizes that Flink's own scripts would compute before they start the JVM. */
  private static List<String> memory(ClusterShape shape, String name) {
    Map<String, String> options =
        Map.ofEntries(
            Map.entry("taskmanager.resource-id", name),
            Map.entry("taskmanager.cpu.cores", shape.slots + ".0"),
            Map.entry("taskmanager.memory.task.heap.size", shape.heap + "mb"),
            Map.entry("taskmanager.memory.task.off-heap.size", "0"),
            Map.entry("taskmanager.memory.framework.heap.size", FRAMEWORK_HEAP + "mb"),
            Map.entry("taskmanager.memory.framework.off-heap.size", FRAMEWORK_DIRECT + "mb"),
            Map.entry("taskmanager.memory.network.min", NETWORK + "mb"),
            Map.entry("taskmanager.memory.network.max", NETWORK + "mb"),
            Map.entry("taskmanager.memory.managed.size", shape.managed + "mb"),
            Map.entry("taskmanager.memory.jvm-metaspace.size", "256mb"),
            Map.entry("taskmanager.memory.jvm-overhead.min", "64mb"),
            Map.entry("taskmanager.memory.jvm-overhead.max", "64mb"));
    List<String> arguments = new ArrayList<>();
    options.forEach((key, value) -> arguments.addAll(List.of("-D", key + "=" + value)));
    return arguments;
  }

  private ClusterProcess start(String name, List<String> jvm, String main, List<String> arguments)
      throws IOException {
    // A hangup of the terminal must not end what is to outlive it.
    List<String> command = new ArrayList<>(List.of("nohup", java()));
    command.addAll(jvm);
    OPENED.forEach(opened -> command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED"));
    command.add("-Dlog4j.configurationFile=" + folder.conf().resolve("log4j.properties").toUri());
    command.add("-Dlog.file=" + folder.log(name));
    command.add("-Djava.io.tmpdir=" + folder.temporary());
    command.addAll(List.of("-cp", lib + "/*", main, "--configDir", folder.conf().toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.folder().toFile());
    builder.environment().put("FLINK_CONF_DIR", folder.conf().toString());
    builder.environment().put("FLINK_LIB_DIR", lib.toString());
    // RocksDB fragments glibc's many arenas.
    builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
    builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
    builder.redirectErrorStream(true).redirectOutput(folder.log(name).toFile());
    ClusterProcess process = ClusterProcess.of(name, builder.start());
    process.write(folder.pid(name));
    return process;
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
