package io.fastweights.jobs.events;

import io.fastweights.jobs.events.records.FileKind;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Finds the files of events that paths name, in the order they are read. */
final class EventPaths {
  /** Hive's name of the partition of rows without a value. */
  private static final String NO_VALUE = "__HIVE_DEFAULT_PARTITION__";

  private static final String PATTERN = ".*[*?\\[{].*";

  /** Numbers in names count as numbers: part-2 comes before part-10. */
  static final Comparator<String> NATURAL = EventPaths::compare;

  private EventPaths() {}

  /**
   * @param paths files, folders, and patterns of them; those of folders and patterns are in the
   *     order of their names, the paths as they are given
   * @param allowed throws for a file or folder that may not be, before it is looked into
   */
  static List<Path> list(List<Path> paths, Consumer<Path> allowed) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.exists(path)) {
        allowed.accept(path);
        add(path, files);
      } else if (path.toString().matches(PATTERN)) {
        for (Path match : matches(path, allowed)) {
          add(match, files);
        }
      } else {
        allowed.accept(path);
        throw new IllegalArgumentException("no such file or folder: " + path);
      }
    }
    files.forEach(allowed);
    return files.stream().distinct().toList();
  }

  private static void add(Path path, List<Path> to) throws IOException {
    if (Files.isDirectory(path)) {
      to.addAll(inside(path));
    } else if (FileKind.of(path.getFileName().toString()) == null) {
      throw new IllegalArgumentException(FileKind.refusal(path.toString()));
    } else {
      to.add(path);
    }
  }

  private static List<Path> inside(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> files = all.filter(p -> isShown(folder, p) && Files.isRegularFile(p)).toList();
      List<Path> read =
          files.stream()
              .filter(p -> FileKind.of(p.getFileName().toString()) != null)
              .sorted(Comparator.comparing(Path::toString, NATURAL))
              .toList();
      if (read.isEmpty()) {
        String other = files.isEmpty() ? "" : "; " + FileKind.refusal(files.get(0).toString());
        throw new IllegalArgumentException(
            "no .csv, .tsv, .jsonl, .ndjson, .json, .avro or .parquet file in folder "
                + folder
                + other);
      }
      return read;
    }
  }

  /** Folders that begin with a dot or _ are a tool's own; so are files that begin with a dot. */
  private static boolean isShown(Path folder, Path path) {
    Path below = folder.relativize(path);
    int last = below.getNameCount() - 1;
    for (int i = 0; i <= last; i++) {
      String name = below.getName(i).toString();
      if (name.startsWith(".") || i < last && name.startsWith("_")) {
        return false;
      }
    }
    return true;
  }

  /** A file or folder itself; of a pattern, the folder in front of it. */
  static Path named(Path path) {
    return Files.exists(path) ? path : inFrontOf(path);
  }

  private static Path inFrontOf(Path pattern) {
    int fixed = 0;
    while (!pattern.getName(fixed).toString().matches(PATTERN)) {
      fixed++;
    }
    Path root = pattern.isAbsolute() ? pattern.getRoot() : Path.of("");
    return fixed == 0 ? root : root.resolve(pattern.subpath(0, fixed));
  }

  private static List<Path> matches(Path pattern, Consumer<Path> allowed) throws IOException {
    Path from = inFrontOf(pattern);
    allowed.accept(from);
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    if (!Files.isDirectory(from)) {
      throw new IllegalArgumentException("no such file or folder: " + from + ", for " + pattern);
    }
    try (Stream<Path> all = Files.walk(from)) {
      List<Path> found =
          all.filter(matcher::matches)
              .filter(p -> Files.isDirectory(p) || FileKind.of(p.getFileName().toString()) != null)
              .sorted(Comparator.comparing(Path::toString, NATURAL))
              .toList();
      if (found.isEmpty()) {
        throw new IllegalArgumentException("no file of events matches " + pattern);
      }
      return found;
    }
  }

  /**
   * The columns that folders of a path give as {@code name=value}, as Hive and Spark write them.
   */
  static Map<String, String> partitions(Path file) {
    Map<String, String> partitions = new LinkedHashMap<>();
    Path folder = file.getParent();
    for (int i = 0; folder != null && i < folder.getNameCount(); i++) {
      String name = folder.getName(i).toString();
      int equals = name.indexOf('=');
      if (equals > 0) {
        String value = decoded(name.substring(equals + 1));
        partitions.put(name.substring(0, equals), value.equals(NO_VALUE) ? null : value);
      }
    }
    return partitions;
  }

  private static String decoded(String value) {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // A % that is not the beginning of a code.
      return value;
    }
  }

  private static int compare(String a, String b) {
    int i = 0;
    int j = 0;
    while (i < a.length() && j < b.length()) {
      int toI = digits(a, i);
      int toJ = digits(b, j);
      int order;
      if (toI > i && toJ > j) {
        order = compareNumbers(a.substring(i, toI), b.substring(j, toJ));
        i = toI;
        j = toJ;
      } else {
        order = Character.compare(a.charAt(i++), b.charAt(j++));
      }
      if (order != 0) {
        return order;
      }
    }
    int rest = Integer.compare(a.length() - i, b.length() - j);
    return rest == 0 ? a.compareTo(b) : rest;
  }

  private static int digits(String text, int from) {
    int to = from;
    while (to < text.length() && text.charAt(to) >= '0' && text.charAt(to) <= '9') {
      to++;
    }
    return to;
  }

  private static int compareNumbers(String a, String b) {
    String x = a.replaceFirst("^0+(?=.)", "");
    String y = b.replaceFirst("^0+(?=.)", "");
    return x.length() != y.length() ? Integer.compare(x.length(), y.length()) : x.compareTo(y);
  }
}
