package io.fastweights.jobs.report;

import java.util.Locale;

/** The part that data has in a chart; it decides the colour. */
public enum Role {
  /** The subject. */
  OURS,
  /** A second variant of the subject: the same colour in another stroke. */
  VARIANT,
  /** The subject is compared with it. */
  BASELINE,
  /** Data that speaks against the subject. */
  WARNING,
  /** A line to read by, without data of its own. */
  GUIDE;

  /** Class of the elements in this role. */
  String css() {
    return name().toLowerCase(Locale.ROOT);
  }
}
