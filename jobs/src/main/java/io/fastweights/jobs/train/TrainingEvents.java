package io.fastweights.jobs.train;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.EventParser;
import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.progress.FilesRead;
import io.fastweights.jobs.progress.StatusLine;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The events of files as one sequence for each key, taken and refused as {@code run} does it.
 *
 * @param sequences of the first key, in the order of their keys' first events
 * @param pairs the events in the order of their reading; empty where they have one key
 * @param events taken
 * @param malformed refused
 * @param firstRefusal file, line and reason of the first; null where there is none
 */
record TrainingEvents(
    List<EventSequence> sequences,
    List<PairEvent> pairs,
    long events,
    long malformed,
    String firstRefusal) {

  /**
   * @param paths files, folders, or patterns of them
   * @param out receives notes on the files
   */
  static TrainingEvents read(List<Path> paths, Schema schema, PrintWriter out) throws IOException {
    if (schema.target() == null) {
      throw new IllegalArgumentException("the schema has no target: there is nothing to learn");
    }
    if (schema.target() instanceof Target.Item) {
      throw new IllegalArgumentException(
          "target "
              + schema.target().name()
              + " is an item: 'run' and 'evaluate' predict items without training");
    }
    if (!schema.runningNumbers().isEmpty()) {
      throw new IllegalArgumentException(
          "the schema has running statistics of "
              + String.join(", ", schema.runningNumbers())
              + ": trained weights need a mean and a deviation of each");
    }
    EventFiles files = EventFiles.of(paths, schema, file -> {});
    files.notes().forEach(out::println);
    Reading reading = new Reading(files, schema);
    StatusLine line = new StatusLine(out);
    FilesRead read = new FilesRead(files);
    files.forEach(
        record -> {
          reading.take(record);
          line.update(() -> read.text(record, reading.sequences.events(), line.seconds()));
        });
    line.clear();
    return new TrainingEvents(
        reading.sequences.build(),
        reading.pairs,
        reading.sequences.events(),
        reading.malformed,
        reading.firstRefusal);
  }

  /** One line about the events that were refused; empty where there are none. */
  String refusals() {
    return malformed == 0
        ? ""
        : String.format(Locale.ROOT, "%,d malformed, the first: %s", malformed, firstRefusal);
  }

  /** The state of reading. */
  private static final class Reading {
    private final EventFiles files;
    private final EventParser parser;
    private final KeyedSequences sequences;
    private final int secondKey;
    private final List<PairEvent> pairs = new ArrayList<>();
    private long malformed;
    private String firstRefusal;

    Reading(EventFiles files, Schema schema) {
      this.files = files;
      this.parser = new EventParser(files, schema);
      this.sequences = new KeyedSequences(schema, files.columns());
      this.secondKey =
          schema.secondKey() == null ? -1 : files.columns().indexOf(schema.secondKey());
    }

    void take(Line line) {
      try {
        Event event = parser.parse(line);
        if (event != null) {
          EncodedEvent encoded = sequences.take(event);
          if (secondKey >= 0) {
            pairs.add(new PairEvent(event.key(), event.cells()[secondKey], encoded));
          }
        }
      } catch (MalformedEventException e) {
        malformed++;
        if (firstRefusal == null) {
          firstRefusal =
              String.format(
                  Locale.ROOT,
                  "%s, line %d: %s",
                  files.paths().get(line.file()),
                  line.number(),
                  e.getMessage());
        }
      }
    }
  }
}
