package io.fastweights.jobs.pipeline;

import io.fastweights.jobs.process.TemporaryFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.util.FileUtils;

/**
 * A folder that Flink works in: checkpoints and its temporary files. Gone when the command ends,
 * also by Ctrl-C.
 */
public final class WorkFolder implements AutoCloseable {
  private final Path folder;
  private final Thread onExit = new Thread(this::delete, "delete the work folder");

  private WorkFolder(Path folder) {
    this.folder = folder;
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  /** A new folder among the machine's temporary files. */
  public static WorkFolder create() throws IOException {
    return new WorkFolder(TemporaryFiles.folder());
  }

  /** Takes the checkpoints. */
  public Path checkpoints() {
    return folder.resolve("checkpoints");
  }

  /** Takes what Flink needs for a while: the files of RocksDB. */
  public Path temporary() {
    return folder.resolve("tmp");
  }

  private void delete() {
    FileUtils.deleteDirectoryQuietly(folder.toFile());
  }

  @Override
  public void close() {
    delete();
    Runtime.getRuntime().removeShutdownHook(onExit);
  }
}
