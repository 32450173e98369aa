package io.fastweights.jobs.chaos;

import io.fastweights.jobs.events.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Passes events on and writes down, where they end, the last place that there was: events lost
 * after the last written one would not be noticed otherwise.
 */
final class LastPlace extends AbstractStreamOperator<Event>
    implements OneInputStreamOperator<Event, Event>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private final String file;
  private long last = -1;

  /**
   * @param file on this machine
   */
  LastPlace(Path file) {
    this.file = file.toString();
  }

  /**
   * @return -1 for none
   */
  static long read(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip());
  }

  @Override
  public void processElement(StreamRecord<Event> element) {
    last = element.getValue().timestamp();
    output.collect(element);
  }

  @Override
  public void endInput() throws IOException {
    Files.writeString(Path.of(file), Long.toString(last));
  }
}
