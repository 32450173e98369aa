package io.fastweights.jobs.chaos;

import java.io.IOException;
import java.nio.file.Files;
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
  Optional<Path> newest() throws IOException {
    return complete().stream().findFirst();
  }

  private List<Path> complete() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> found = Files.find(folder, 3, (p, a) -> p.endsWith("_metadata"))) {
      return found
          .sorted(Comparator.comparing((Path file) -> -file.toFile().lastModified()))
          .map(Path::getParent)
          .toList();
    }
  }

  /** Deletes what the runs before the last two have left. */
  void prune() throws IOException {
    List<Path> jobs = complete().stream().map(Path::getParent).distinct().toList();
    for (Path job : jobs.subList(Math.min(jobs.size(), KEPT_JOBS), jobs.size())) {
      FileUtils.deleteDirectory(job.toFile());
    }
  }
}
