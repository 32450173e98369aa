package io.fastweights.jobs.progress;

import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.records.Line;
import java.util.Locale;

/** How far files were read by this process. */
public final class FilesRead {
  private final EventFiles files;
  private final double all;

  public FilesRead(EventFiles files) {
    this.files = files;
    this.all = Math.max(1, files.bytes());
  }

  /**
   * "12,345 events read 42%, 1:05 left".
   *
   * @param line read last
   */
  public String text(Line line, long events, double seconds) {
    double share = (files.bytesBefore(line.file()) + line.bytes()) / all;
    return String.format(
        Locale.ROOT, "%,d events read  %s", events, StatusLine.left(Math.min(1, share), seconds));
  }
}
