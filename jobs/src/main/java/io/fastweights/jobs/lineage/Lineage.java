package io.fastweights.jobs.lineage;

import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.SourceLineageVertex;
import org.apache.flink.streaming.api.transformations.TransformationWithLineage;

/**
 * Names the datasets of sources and sinks. Flink's connector of files names none. That of Kafka
 * names topics with all options of its client, passwords included, and no columns.
 */
public final class Lineage {
  private record Source(Boundedness boundedness, List<LineageDataset> datasets)
      implements SourceLineageVertex {}

  private record Sink(List<LineageDataset> datasets) implements LineageVertex {}

  private Lineage() {}

  /**
   * @param source a stream that comes from a source
   */
  public static void reads(DataStream<?> source, Boundedness boundedness, List<Dataset> datasets) {
    ((TransformationWithLineage<?>) source.getTransformation())
        .setLineageVertex(new Source(boundedness, List.copyOf(datasets)));
  }

  /** Names what a sink writes. */
  public static void writes(DataStreamSink<?> sink, Dataset dataset) {
    ((TransformationWithLineage<?>) sink.getTransformation())
        .setLineageVertex(new Sink(List.of(dataset)));
  }
}
