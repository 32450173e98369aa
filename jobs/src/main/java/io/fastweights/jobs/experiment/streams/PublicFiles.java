package io.fastweights.jobs.experiment.streams;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

/** Public data sets in the form of their files, written as CSV files of events in order of time. */
public final class PublicFiles {
  /** Columns of the Electricity data that an event has. */
  private static final List<String> ELECTRICITY =
      List.of("period", "nswprice", "nswdemand", "vicprice", "vicdemand", "transfer", "class");

  private static final int HALF_HOUR = 1800;
  private static final int GZIP_MAGIC = 0x1f8b;

  /** Films among which a film is to be found. */
  private static final int OTHERS = 100;

  private PublicFiles() {}

  /** Writes the events of a file. */
  public interface Rewriting {
    /**
     * @throws IllegalArgumentException if the file has another form; the message names file and
     *     line
     */
    void write(Path file, PrintWriter events) throws IOException;
  }

  /**
   * Electricity (Harries 1999): CSV with a header, one line a half hour; class is 1 or UP, 0 or
   * DOWN. Times are seconds from the first line.
   */
  static void electricity(Path file, PrintWriter events) throws IOException {
    Lines lines = Lines.read(file);
    List<String> header = List.of(lines.cells(0, ","));
    int[] places = ELECTRICITY.stream().mapToInt(header::indexOf).toArray();
    for (int i = 0; i < places.length; i++) {
      lines.require(places[i] >= 0, 0, "there is no column " + ELECTRICITY.get(i));
    }
    events.println("time," + String.join(",", ELECTRICITY));
    for (int line = 1; line < lines.count(); line++) {
      String[] cells = lines.cells(line, ",");
      lines.require(cells.length == header.size(), line, cells.length + " cells");
      StringBuilder event = new StringBuilder().append((line - 1L) * HALF_HOUR);
      for (int place : places) {
        event.append(',').append(upDown(cells[place]));
      }
      events.println(event);
    }
  }

  private static String upDown(String cell) {
    return switch (cell) {
      case "UP" -> "1";
      case "DOWN" -> "0";
      default -> cell;
    };
  }

  /**
   * MovieLens 100K ({@code u.data}): user, item, rating and seconds since 1970, with tabs between.
   */
  static void ratings(Path file, PrintWriter events) throws IOException {
    record Rating(long time, String text) {}
    Lines lines = Lines.read(file);
    List<Rating> ratings = new ArrayList<>();
    for (int line = 0; line < lines.count(); line++) {
      String[] cells = lines.cells(line, "\t");
      lines.require(cells.length == 4, line, cells.length + " cells, must be 4, tabs between");
      long time = lines.whole(cells[3], line);
      ratings.add(new Rating(time, String.join(",", time + "", cells[0], cells[1], cells[2])));
    }
    ratings.sort(Comparator.comparingLong(Rating::time));
    events.println("time,user,item,rating");
    ratings.forEach(rating -> events.println(rating.text()));
  }

  /**
   * MovieLens 100K as films that users take one after the other: user, the user's last film, the
   * film, and among which others it is to be found: {@value #OTHERS} that the user never rates,
   * drawn from all films.
   */
  static void films(Path file, PrintWriter events) throws IOException {
    record Taken(long time, String user, String film) {}
    Lines lines = Lines.read(file);
    List<Taken> taken = new ArrayList<>();
    Map<String, Set<String>> ofUser = new HashMap<>();
    Set<String> films = new LinkedHashSet<>();
    for (int line = 0; line < lines.count(); line++) {
      String[] cells = lines.cells(line, "\t");
      lines.require(cells.length == 4, line, cells.length + " cells, must be 4, tabs between");
      taken.add(new Taken(lines.whole(cells[3], line), cells[0], cells[1]));
      ofUser.computeIfAbsent(cells[0], user -> new HashSet<>()).add(cells[1]);
      films.add(cells[1]);
    }
    taken.sort(Comparator.comparingLong(Taken::time));
    List<String> all = List.copyOf(films);
    Map<String, String> last = new HashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    events.println("time,user,last,film,shown");
    for (Taken one : taken) {
      Set<String> shown = new LinkedHashSet<>();
      int most = Math.min(OTHERS, all.size() - ofUser.get(one.user()).size());
      while (shown.size() < most) {
        String other = all.get(random.nextInt(all.size()));
        if (!ofUser.get(one.user()).contains(other)) {
          shown.add(other);
        }
      }
      shown.add(one.film());
      String before = last.put(one.user(), one.film());
      events.println(
          String.join(
              ",",
              one.time() + "",
              one.user(),
              before == null ? "none" : before,
              one.film(),
              String.join("|", shown)));
    }
  }

  /**
   * Answers in the form of DKVMN: of each student three lines, with the number of answers, the
   * skill of each, and 1 for each that is correct, 0 for others. A time is the place of an answer
   * among its student's; students answer side by side.
   */
  static void answers(Path file, PrintWriter events) throws IOException {
    Lines lines = Lines.read(file);
    lines.require(lines.count() % 3 == 0, lines.count() - 1, "a student has three lines");
    List<String[]> skills = new ArrayList<>();
    List<String[]> correct = new ArrayList<>();
    int most = 0;
    for (int line = 0; line < lines.count(); line += 3) {
      long answers = lines.whole(lines.cells(line, ",")[0], line);
      for (int of = 1; of <= 2; of++) {
        int cells = lines.cells(line + of, ",").length;
        lines.require(
            cells == answers, line + of, cells + " values, " + answers + " answers were announced");
      }
      skills.add(lines.cells(line + 1, ","));
      correct.add(lines.cells(line + 2, ","));
      most = Math.max(most, (int) answers);
    }
    events.println("time,student,skill,correct");
    for (int t = 0; t < most; t++) {
      for (int student = 0; student < skills.size(); student++) {
        if (t < skills.get(student).length) {
          events.println(
              String.join(
                  ",", t + "", student + "", skills.get(student)[t], correct.get(student)[t]));
        }
      }
    }
  }

  /** The lines of a file, which may be gzipped; empty ones at its end do not count. */
  private record Lines(Path file, List<String> lines) {
    static Lines read(Path file) throws IOException {
      List<String> all = new ArrayList<>();
      try (BufferedReader reader =
          new BufferedReader(new InputStreamReader(open(file), StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          all.add(line);
        }
      }
      while (!all.isEmpty() && all.get(all.size() - 1).isBlank()) {
        all.remove(all.size() - 1);
      }
      if (all.isEmpty()) {
        throw new IllegalArgumentException(file + " is empty");
      }
      return new Lines(file, all);
    }

    private static InputStream open(Path file) throws IOException {
      InputStream in = new BufferedInputStream(Files.newInputStream(file));
      in.mark(2);
      int magic = in.read() << 8 | in.read();
      in.reset();
      return magic == GZIP_MAGIC ? new GZIPInputStream(in) : in;
    }

    int count() {
      return lines.size();
    }

    /** Cells without blanks around them; a delimiter at the end of a line ends its last cell. */
    String[] cells(int line, String delimiter) {
      return Arrays.stream(lines.get(line).split(delimiter))
          .map(String::strip)
          .toArray(String[]::new);
    }

    long whole(String cell, int line) {
      require(cell.matches("\\d{1,18}"), line, "'" + cell + "' is no whole number");
      return Long.parseLong(cell);
    }

    void require(boolean right, int line, String problem) {
      if (!right) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "%s, line %,d: %s", file, line + 1, problem));
      }
    }
  }
}
