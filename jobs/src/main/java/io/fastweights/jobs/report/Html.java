package io.fastweights.jobs.report;

/** Text inside HTML and SVG. */
final class Html {
  private Html() {}

  /** The text with the characters of markup escaped, in content and in attributes. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
