package io.fastweights.jobs.events.records;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Format of a file, by its extension without that of its compression. */
public enum FileKind {
  CSV("CSV", List.of(".csv", ".tsv", ".tab", ".psv")),
  JSON("JSON", List.of(".jsonl", ".ndjson", ".json")),
  AVRO("Avro", List.of(".avro")),
  PARQUET("Parquet", List.of(".parquet", ".parq"));

  /** Formats that users must convert first. */
  private static final Map<String, String> NOT_READ =
      Map.of(
          ".orc", "ORC",
          ".arrow", "Arrow",
          ".feather", "Arrow",
          ".xlsx", "Excel",
          ".xls", "Excel",
          ".zip", "zip");

  private final String title;
  private final List<String> suffixes;

  FileKind(String title, List<String> suffixes) {
    this.title = title;
    this.suffixes = suffixes;
  }

  /** Name of the format. */
  public String title() {
    return title;
  }

  /** By the name of the file; null for any other. */
  public static FileKind of(String name) {
    String bare = Compression.bare(name).toLowerCase(Locale.ROOT);
    for (FileKind kind : values()) {
      boolean whole = kind != PARQUET || bare.length() == name.length();
      if (whole && kind.suffixes.stream().anyMatch(bare::endsWith)) {
        return kind;
      }
    }
    return null;
  }

  /** Reason why a file of this name is not read. */
  public static String refusal(String path) {
    String bare = Compression.bare(path).toLowerCase(Locale.ROOT);
    for (Map.Entry<String, String> format : NOT_READ.entrySet()) {
      if (bare.endsWith(format.getKey())) {
        return String.format(
            Locale.ROOT,
            "%s is a file of format %s, which is not read: write it as CSV or JSON lines",
            path,
            format.getValue());
      }
    }
    return path
        + " must end in .csv, .tsv, .jsonl, .ndjson, .json or .avro, or one of these and .gz, .bz2, .xz"
        + " or .zst, or in .parquet";
  }

  /** The delimiters that a file of this name may have, the likeliest first. */
  public static List<Character> delimiters(String name) {
    String bare = Compression.bare(name).toLowerCase(Locale.ROOT);
    if (bare.endsWith(".csv")) {
      return List.of(',', ';', '\t', '|');
    }
    return bare.endsWith(".psv") ? List.of('|', ',', ';', '\t') : List.of('\t', ',', ';', '|');
  }
}
