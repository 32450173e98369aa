package io.fastweights.jobs.cluster;

import io.fastweights.jobs.process.LocalProcess;
import io.fastweights.jobs.process.OwnFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Folder of a session cluster's configuration, logs, process ids, checkpoints and temporary files.
 *
 * @param folder absolute
 */
public record SessionFolder(Path folder) {
  /** The default folder, for picocli. */
  public static final String DEFAULT = "${sys:fastweights.work:-target}/cluster";

  private static final String JOB_MANAGER = "jobmanager";
  private static final String TASK_MANAGER = "taskmanager-";
  private static final String PID = ".pid";

  public SessionFolder {
    folder = folder.toAbsolutePath().normalize();
  }

  /**
   * Host and port of the cluster's REST endpoint.
   *
   * @throws IllegalArgumentException if no cluster was started here, or another user can write here
   */
  public String address() throws IOException {
    OwnFolder.check(folder);
    Path file = conf().resolve("address");
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          "no cluster is up in " + folder + ": 'fastweights cluster up' starts one");
    }
    return Files.readString(file).strip();
  }

  void writeAddress(String address) throws IOException {
    Files.writeString(conf().resolve("address"), address);
  }

  /** Slots of each TaskManager of the cluster. */
  int slots() throws IOException {
    return Integer.parseInt(Files.readString(conf().resolve("slots")).strip());
  }

  void writeSlots(int slots) throws IOException {
    Files.writeString(conf().resolve("slots"), Integer.toString(slots));
  }

  Path conf() {
    return folder.resolve("conf");
  }

  Path log(String name) {
    return folder.resolve("log").resolve(name + ".log");
  }

  Path pid(String name) {
    return folder.resolve(name + PID);
  }

  Path checkpoints() {
    return folder.resolve("checkpoints");
  }

  Path temporary() {
    return folder.resolve("tmp");
  }

  static String jobManager() {
    return JOB_MANAGER;
  }

  /**
   * Name of a TaskManager.
   *
   * @param number from 1
   */
  public static String taskManager(int number) {
    return TASK_MANAGER + number;
  }

  /**
   * The processes that were started here and not stopped; the JobManager first.
   *
   * @throws IllegalArgumentException if another user can write here
   */
  public List<LocalProcess> processes() throws IOException {
    OwnFolder.check(folder);
    List<LocalProcess> processes = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(f -> f.toString().endsWith(PID)).sorted().toList()) {
          String name = file.getFileName().toString();
          processes.add(LocalProcess.read(name.substring(0, name.length() - PID.length()), file));
        }
      }
    }
    return processes;
  }

  void create() throws IOException {
    OwnFolder.create(folder);
    for (Path path : List.of(conf(), folder.resolve("log"), checkpoints(), temporary())) {
      Files.createDirectories(path);
    }
  }
}
