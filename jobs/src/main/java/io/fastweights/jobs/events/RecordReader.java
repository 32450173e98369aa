package io.fastweights.jobs.events;

import java.io.Closeable;
import java.io.IOException;

/**
 * Reads a file record by record, blank ones left out. What cannot be read becomes a record with a
 * problem, so that those before and after it are not lost.
 */
interface RecordReader extends Closeable {
  /** A longer record is not an event but a broken file; what is beyond is not kept. */
  int MOST_CHARS = 1 << 20;

  /** The next record that is not blank; null at the end of the file. */
  Line next() throws IOException;
}
