package io.fastweights.jobs.cluster;

import io.fastweights.jobs.process.ChildJvm;
import io.fastweights.jobs.process.LocalProcess;
import java.io.IOException;
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
  private final ClusterNetwork network;
  private final ClusterShape shape;
  private final Path lib;

  /**
   * @param lib folder of Flink's jars
   */
  FlinkProcesses(SessionFolder folder, ClusterNetwork network, ClusterShape shape, Path lib) {
    this.folder = folder;
    this.network = network;
    this.shape = shape;
    this.lib = ChildJvm.jars(lib);
  }

  LocalProcess jobManager() throws IOException {
    return start(SessionFolder.jobManager(), List.of(), heap(512), JOB_MANAGER, List.of());
  }

  private List<String> heap(int mebibytes) {
    List<String> heap =
        new ArrayList<>(List.of("-Xms" + mebibytes + "m", "-Xmx" + mebibytes + "m"));
    if (shape.preTouch) {
      heap.add("-XX:+AlwaysPreTouch");
    }
    return heap;
  }

  /**
   * @param number from 1
   */
  LocalProcess taskManager(int number) throws IOException {
    List<String> jvm = heap(shape.heap + FRAMEWORK_HEAP);
    jvm.add("-XX:MaxDirectMemorySize=" + (FRAMEWORK_DIRECT + NETWORK) + "m");
    jvm.add("--add-modules=jdk.incubator.vector");
    return start(
        SessionFolder.taskManager(number),
        network.launcher(number),
        jvm,
        TASK_MANAGER,
        taskManagerOptions(number));
  }

  /** Its place, and the sizes that Flink's own scripts would compute before they start the JVM. */
  private List<String> taskManagerOptions(int number) {
    Map<String, String> options =
        Map.ofEntries(
            Map.entry("taskmanager.resource-id", SessionFolder.taskManager(number)),
            Map.entry("taskmanager.host", network.taskManager(number)),
            Map.entry("taskmanager.bind-host", network.taskManager(number)),
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

  private LocalProcess start(
      String name, List<String> launcher, List<String> jvm, String main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(jvm);
    OPENED.forEach(opened -> command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED"));
    command.add("-Dlog4j.configurationFile=" + folder.conf().resolve("log4j.properties").toUri());
    command.add("-Dlog.file=" + folder.log(name));
    // In place of this JVM's: the last one counts.
    command.add("-Djava.io.tmpdir=" + folder.temporary());
    command.addAll(List.of("-cp", lib + "/*", main, "--configDir", folder.conf().toString()));
    command.addAll(arguments);
    ProcessBuilder builder = ChildJvm.server(folder.folder(), folder.log(name), command);
    builder.command().addAll(0, launcher);
    builder.environment().put("FLINK_CONF_DIR", folder.conf().toString());
    builder.environment().put("FLINK_LIB_DIR", lib.toString());
    // RocksDB fragments glibc's many arenas.
    builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
    LocalProcess process = LocalProcess.of(name, builder.start());
    process.write(folder.pid(name));
    return process;
  }
}
