package io.fastweights.jobs.chaos;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;

/** The checkpoints of a job that was submitted again and again, each time under another id. */
record CheckpointFolder(Path folder) {
  private static final int KEPT_JOBS = 2;

  String uri() {
    return folder.toUri().toString();
  }

  /** The newest complete checkpoint of any run. */
  Optional<Path> newest() {
    return complete().stream().findFirst();
  }

  private List<Path> complete() {
    return inside(folder)
        .flatMap(CheckpointFolder::inside)
        .map(checkpoint -> checkpoint.resolve("_metadata").toFile())
        .filter(File::exists)
        .sorted(Comparator.comparing((File metadata) -> -metadata.lastModified()))
        .map(metadata -> metadata.toPath().getParent())
        .toList();
  }

  /** The job may delete checkpoints at any time: a missing folder counts as empty. */
  private static Stream<Path> inside(Path folder) {
    File[] files = folder.toFile().listFiles();
    return files == null ? Stream.empty() : Stream.of(files).map(File::toPath);
  }

  /** Deletes the files of all runs before the last two. */
  void prune() throws IOException {
    List<Path> jobs = complete().stream().map(Path::getParent).distinct().toList();
    for (Path job : jobs.subList(Math.min(jobs.size(), KEPT_JOBS), jobs.size())) {
      FileUtils.deleteDirectory(job.toFile());
    }
  }
}
