package io.fastweights.jobs.events.records;

import java.io.Closeable;
import java.io.IOException;

/**
 * Reads a file record by record, blank ones left out. Unreadable input becomes a record with a
 * problem, so that records before and after it are not lost.
 */
public interface RecordReader extends Closeable {
  /** A longer record indicates a broken file; the rest of it is not kept. */
  int MOST_CHARS = 1 << 20;

  /** The next record that is not blank; null at the end of the file. */
  Line next() throws IOException;
}
