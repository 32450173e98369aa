package io.fastweights.jobs.train;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.EventParser;
import io.fastweights.jobs.events.records.Line;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Mean and deviation of the numbers that a schema gives no constants for. Slow weights are trained
 * on one scale, so theirs are constants: those of all observed events that are read.
 */
final class TrainingConstants {
  private final List<String> names;
  private final long[] count;
  private final double[] mean;
  private final double[] squares;

  private TrainingConstants(Schema schema) {
    names = schema.runningNumbers();
    count = new long[names.size()];
    mean = new double[names.size()];
    squares = new double[names.size()];
  }

  /**
   * The schema with constants, and without a prior.
   *
   * @param paths files of events, which are read once more for it
   * @param out receives a line for each number
   */
  static Schema of(List<Path> paths, Schema schema, PrintWriter out) throws IOException {
    TrainingConstants constants = new TrainingConstants(schema);
    if (constants.names.isEmpty()) {
      return schema.withConstants(Map.of());
    }
    EventFiles files = EventFiles.of(paths, schema, file -> {});
    EventParser parser = new EventParser(files, schema);
    EventFields fields = new EventFields(schema, files.columns());
    RawEvent raw = schema.newEvent();
    files.forEach(
        line -> {
          EncodedEvent event = read(line, parser, fields, schema, raw);
          if (event != null && event.observe()) {
            constants.add(event.numbers().values());
          }
        });
    Map<String, Schema.Scale> scales = constants.scales();
    scales.forEach(
        (name, scale) ->
            out.printf(
                Locale.ROOT, "%s: mean %s, deviation %s%n", name, scale.mean(), scale.deviation()));
    return schema.withConstants(scales);
  }

  /** Null for what is no event; {@link TrainingEvents} counts it. */
  private static EncodedEvent read(
      Line line, EventParser parser, EventFields fields, Schema schema, RawEvent raw) {
    try {
      Event event = parser.parse(line);
      if (event == null) {
        return null;
      }
      raw.clear();
      fields.read(event, raw);
      return schema.encode(raw);
    } catch (MalformedEventException e) {
      return null;
    }
  }

  private void add(double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) {
        count[i]++;
        double from = values[i] - mean[i];
        mean[i] += from / count[i];
        squares[i] += from * (values[i] - mean[i]);
      }
    }
  }

  /** A number that is always the same has the deviation 1. */
  private Map<String, Schema.Scale> scales() {
    Map<String, Schema.Scale> scales = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      double deviation = Math.sqrt(squares[i] / Math.max(1, count[i]));
      boolean usable = Double.isFinite(deviation) && deviation > 1e-12;
      scales.put(names.get(i), new Schema.Scale(mean[i], usable ? deviation : 1));
    }
    return scales;
  }
}
