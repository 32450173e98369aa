package io.fastweights.jobs.experiment.anomalies;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Files of the Numenta Anomaly Benchmark, in the folders of its repository: data and labels. */
record NabCorpus(List<NabFile> files) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads the files that have labels and are there, which may be a part of the benchmark.
   *
   * @throws IllegalArgumentException if there is none; the message names the folder
   */
  static NabCorpus read(Path folder) throws IOException {
    Path labels = folder.resolve("labels").resolve("combined_windows.json");
    if (!Files.isRegularFile(labels)) {
      throw new IllegalArgumentException(
          folder
              + " has no labels/combined_windows.json: it must be NAB's folder, or a part of it");
    }
    Map<String, List<List<String>>> windows =
        JSON.readValue(
            labels.toFile(), new TypeReference<TreeMap<String, List<List<String>>>>() {});
    List<NabFile> files = new ArrayList<>();
    for (Map.Entry<String, List<List<String>>> entry : windows.entrySet()) {
      Path file = folder.resolve("data").resolve(entry.getKey());
      if (Files.isRegularFile(file)) {
        files.add(NabFile.read(entry.getKey(), file, entry.getValue()));
      }
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException(folder + " has none of the files of its labels in data");
    }
    return new NabCorpus(List.copyOf(files));
  }

  /** Number of values. */
  long size() {
    return files.stream().mapToLong(NabFile::size).sum();
  }

  /**
   * Writes the values as events, one key for each file: series, time and value. A value is in
   * deviations from the mean of the file's first values, which are not scored.
   */
  void writeEvents(PrintWriter events) {
    events.println("series,time,value");
    for (NabFile file : files) {
      double[] scale = file.scale();
      for (int i = 0; i < file.size(); i++) {
        double value = (file.values()[i] - scale[0]) / scale[1];
        events.println(file.name() + "," + file.times().get(i) + "," + value);
      }
    }
  }

  /**
   * Reads the scores that a detector of the benchmark has given, as its repository publishes them:
   * in {@code results/DETECTOR/} a file for each of the data, with the column anomaly_score.
   *
   * @param results folder of the detector, whose name begins the files' names
   * @throws IllegalArgumentException if a file is missing or has another length
   */
  Map<String, double[]> published(Path results) throws IOException {
    Map<String, double[]> scores = new HashMap<>();
    for (NabFile file : files) {
      int slash = file.name().indexOf('/');
      Path path =
          results
              .resolve(file.name().substring(0, slash))
              .resolve(results.getFileName() + "_" + file.name().substring(slash + 1));
      if (!Files.isRegularFile(path)) {
        throw new IllegalArgumentException("there is no " + path);
      }
      List<String> lines = Files.readAllLines(path);
      int column = List.of(lines.get(0).split(",")).indexOf("anomaly_score");
      double[] of = lines.stream().skip(1).mapToDouble(line -> cell(line, column)).toArray();
      if (of.length != file.size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "%s has %d scores, must be %d", path, of.length, file.size()));
      }
      scores.put(file.name(), of);
    }
    return scores;
  }

  private static double cell(String line, int column) {
    return Double.parseDouble(line.split(",")[column]);
  }
}
