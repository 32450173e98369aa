package io.fastweights.jobs.docs;

import io.fastweights.jobs.TrainedWeights;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/** The files that the commands of the pages read, by the names that the pages use. */
final class PageFiles {
  private static final int EVENTS = 600;
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final long HOUR = 3600;

  private static final String SHOP =
      """
      {"key": "user", "time": "time",
       "fields": [
         {"name": "page", "encoder": "hashed", "buckets": 64},
         {"name": "plan", "encoder": "categorical", "vocabulary": ["free", "team"]},
         {"name": "price", "encoder": "numeric", "mean": 20, "deviation": 15}],
       "target": {"name": "bought", "encoder": "binary"}}
      """;

  private static final String FLIGHTS =
      """
      {"key": "origin", "time": "time",
       "fields": [
         {"name": "destination", "encoder": "hashed", "buckets": 64},
         {"name": "hour", "encoder": "categorical", "vocabulary": ["8", "9", "10"]}],
       "target": {"name": "late", "encoder": "binary"}}
      """;

  private final Path folder;

  PageFiles(Path folder) {
    this.folder = folder;
  }

  /** Writes what the commands of a page need and none of them makes. */
  void write(String page) throws IOException {
    switch (page) {
      case "README.md" -> shop();
      case "events.md" -> {
        ratings();
        Files.write(folder.resolve("clicks.csv"), lines("user,item,time", 0, PageFiles::click));
      }
      case "measures.md" -> electricity();
      case "savepoints.md" -> flights();
      default -> {
        shop();
        Files.writeString(folder.resolve("schema.json"), SHOP);
        if (page.equals("from-pytorch.md")) {
          WeightsFile.write(TrainedWeights.over(SHOP, 1), folder.resolve("model.safetensors"));
        }
      }
    }
  }

  private void shop() throws IOException {
    String header = "user,time,page,plan,price,bought";
    for (String name : List.of("events.csv", "later.csv", "train.csv", "test.csv")) {
      boolean later = name.equals("later.csv") || name.equals("test.csv");
      Files.write(folder.resolve(name), lines(header, later ? EVENTS : 0, PageFiles::visit));
    }
  }

  private static String visit(int i, SplittableRandom random) {
    int user = random.nextInt(12);
    int page = random.nextInt(9);
    return String.format(
        Locale.ROOT,
        "u%d,%s,p%d,%s,%d,%b",
        user,
        START.plusSeconds(HOUR * i),
        page,
        random.nextBoolean() ? "free" : "team",
        random.nextInt(40),
        (user + page) % 3 == 0 && random.nextInt(10) > 0);
  }

  private void ratings() throws IOException {
    String header = "user,item,rating,timestamp";
    Files.write(folder.resolve("ratings.csv"), lines(header, 0, PageFiles::rating));
    Files.createDirectories(folder.resolve("2024/dt=2026-03-01"));
    Files.createDirectories(folder.resolve("more"));
    Files.write(
        folder.resolve("2024/dt=2026-03-01/part-0.csv"), lines(header, EVENTS, PageFiles::rating));
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("more/last.csv.gz")))) {
      String text = String.join("\n", lines(header, 2 * EVENTS, PageFiles::rating));
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String rating(int i, SplittableRandom random) {
    int user = random.nextInt(20);
    int item = random.nextInt(30);
    int rating = 1 + Math.min(4, user % 3 + item % 3 + random.nextInt(2));
    return String.format(
        Locale.ROOT, "%d,%d,%d,%d", user, item, rating, START.getEpochSecond() + HOUR * i);
  }

  private static String click(int i, SplittableRandom random) {
    return String.format(
        Locale.ROOT,
        "u%d,item %d,%s",
        random.nextInt(6),
        random.nextInt(120),
        START.plusSeconds(HOUR * i));
  }

  private void electricity() throws IOException {
    String header = "period,nswprice,nswdemand,vicprice,vicdemand,transfer,class";
    Files.write(folder.resolve("electricity.csv"), lines(header, 0, PageFiles::halfHour));
  }

  private static String halfHour(int i, SplittableRandom random) {
    String numbers = random.doubles(5).mapToObj(Double::toString).collect(Collectors.joining(","));
    return String.format(Locale.ROOT, "%.4f,%s,%d", i % 48 / 48.0, numbers, i / 9 % 2);
  }

  private void flights() throws IOException {
    String header = "origin,destination,time,hour,late";
    Files.writeString(folder.resolve("schema.json"), FLIGHTS);
    Files.write(folder.resolve("history.csv"), lines(header, 0, PageFiles::flight));
    Files.write(folder.resolve("new.csv"), lines(header, EVENTS, PageFiles::flight));
  }

  private static String flight(int i, SplittableRandom random) {
    int hour = 8 + random.nextInt(3);
    return String.format(
        Locale.ROOT,
        "%s,%s,%s,%d,%b",
        List.of("ATL", "ORD", "DFW").get(random.nextInt(3)),
        List.of("LAX", "PHX").get(random.nextInt(2)),
        START.plusSeconds(HOUR * i),
        hour,
        hour == 9 && random.nextBoolean());
  }

  private interface Row {
    String of(int event, SplittableRandom random);
  }

  /** Rows in the order of time. */
  private static List<String> lines(String header, int first, Row row) {
    SplittableRandom random = new SplittableRandom(first);
    List<String> lines = new ArrayList<>(List.of(header));
    for (int i = first; i < first + EVENTS; i++) {
      lines.add(row.of(i, random));
    }
    return lines;
  }
}
