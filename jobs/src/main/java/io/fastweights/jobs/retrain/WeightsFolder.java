package io.fastweights.jobs.retrain;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Locale;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Holds the files of new weights, on any file system that Flink has. A file is complete before its
 * update is sent, and named after its content: a process that was killed leaves a file that no
 * update names, never one that an update names and that is cut.
 */
record WeightsFolder(Path folder) {
  private static final int NAME_DIGITS = 16;

  /**
   * @throws IOException if the folder cannot be made
   */
  static WeightsFolder of(String path) throws IOException {
    Path given = new Path(path);
    FileSystem files = given.getFileSystem();
    WeightsFolder folder = new WeightsFolder(given.makeQualified(files));
    files.mkdirs(folder.folder);
    return folder;
  }

  /** Writes weights, and returns the update that names them. */
  ModelUpdate write(SlowWeights weights, long version) throws IOException {
    java.nio.file.Path local = Files.createTempFile("fastweights-", ".safetensors");
    byte[] bytes;
    try {
      WeightsFile.write(weights, local);
      bytes = Files.readAllBytes(local);
    } finally {
      Files.deleteIfExists(local);
    }
    String digest = Sha256.hex(bytes);
    String name =
        String.format(
            Locale.ROOT, "weights-%d-%s.safetensors", version, digest.substring(0, NAME_DIGITS));
    Path file = new Path(folder, name);
    try (OutputStream out = file.getFileSystem().create(file, FileSystem.WriteMode.OVERWRITE)) {
      out.write(bytes);
    }
    return ModelUpdate.of(file.toString(), version).withSha256(digest);
  }
}
