package io.fastweights.jobs.output;

import io.fastweights.jobs.lineage.Dataset;
import io.fastweights.jobs.lineage.Lineage;
import io.fastweights.jobs.pipeline.EventPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Results in a folder: predictions below its {@code predictions}, events that could not be taken
 * below its {@code malformed}.
 */
public record FileResults(Path folder, RowFormat format) implements ResultSink {
  @Override
  public void check() throws IOException {
    if (!Files.exists(folder)) {
      requireThatItCanBeMade();
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--output " + folder + " is not a folder");
    }
    try (Stream<Path> inside = Files.list(folder)) {
      if (inside.findAny().isPresent()) {
        throw new IllegalArgumentException(
            "--output " + folder + " is not empty: give every run a folder of its own");
      }
    }
  }

  /** Makes nothing: a job that is refused for another reason leaves no folder. */
  private void requireThatItCanBeMade() {
    Path parent = folder.toAbsolutePath().getParent();
    while (parent != null && !Files.exists(parent)) {
      parent = parent.getParent();
    }
    if (parent != null && !(Files.isDirectory(parent) && Files.isWritable(parent))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--output %s cannot be made: %s is no folder that can be written",
              folder,
              parent));
    }
  }

  @Override
  public void write(EventPipeline results, PredictionRows rows, List<String> paths) {
    RejectedRows rejected = new RejectedRows(format, paths);
    write(
        results.anomalies() == null
            ? results.predictions().map(rows)
            : results.anomalies().map(new RatedRows(rows)),
        "predictions",
        rows.header(),
        rows.types());
    write(results.rejected().map(rejected), "malformed", rejected.header(), RejectedRows.types());
  }

  private void write(
      SingleOutputStreamOperator<String> lines,
      String name,
      String header,
      Map<String, String> types) {
    Path files = folder.toAbsolutePath().resolve(name);
    DataStreamSink<String> sink =
        lines
            .returns(Types.STRING)
            .name(name + " as rows")
            .uid(name + "-rows")
            .sinkTo(LineFiles.sink(files, name, format.suffix(), header))
            .name(name)
            .uid(name)
            .setParallelism(1);
    Lineage.writes(sink, Dataset.ofFile(files, types));
  }

  @Override
  public String place() {
    return folder.toString();
  }
}
