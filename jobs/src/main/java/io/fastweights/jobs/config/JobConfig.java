package io.fastweights.jobs.config;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.JsonNode;
import io.fastweights.jobs.events.MalformedLimit;
import io.fastweights.jobs.output.RowFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;

/**
 * Configuration of a job: its source, model and sink.
 *
 * @param name as Flink shows it
 * @param refresh new weights while the job runs; null for none
 * @param schema file of the events' schema; null if the weights carry it
 * @param weights file of a trained model; null for an associative memory
 * @param catalogue file of the items that are ranked for events without candidates, one id a line;
 *     null for none
 * @param id column that an ask shares with the observe that brings its label; null for the schema's
 * @param maxMalformed events that may be refused, a number or a share; null for more than half
 * @param anomalies true if predictions have a score of how improbable their error was for the key
 * @param fastweights options of the memories; null for none
 * @param flink options of Flink; null for none
 */
public record JobConfig(
    String name,
    Source source,
    Sink sink,
    Refresh refresh,
    Path schema,
    Path weights,
    Path catalogue,
    String id,
    String maxMalformed,
    boolean anomalies,
    JsonNode fastweights,
    JsonNode flink) {

  public JobConfig {
    if (source != null && source.kafka != null && source.kafka.group() == null) {
      source = source.withGroup(group(name, sink));
    }
    name = name == null ? "fastweights run" : name;
  }

  /**
   * A group of its own for each job: two jobs of one group would each begin where the other one has
   * been.
   */
  private static String group(String name, Sink sink) {
    String identity = name;
    if (identity == null && sink != null && sink.kafka != null) {
      identity = sink.kafka.topic();
    } else if (identity == null && sink != null && sink.files != null) {
      identity = String.valueOf(sink.files.folder);
    }
    return "fastweights"
        + (identity == null ? "" : "-" + NO_NAME.matcher(identity).replaceAll("-"));
  }

  private static final Pattern NO_NAME = Pattern.compile("[^A-Za-z0-9._-]+");

  /**
   * Source of the events; exactly one is set.
   *
   * @param files of events, folders of them, or patterns
   * @param sort true if events of files are processed in time order
   */
  public record Source(
      @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<Path> files,
      boolean sort,
      KafkaSourceConfig kafka) {
    /** True if the source is bounded. */
    public boolean bounded() {
      return kafka == null || kafka.bounded();
    }

    private Source withGroup(String group) {
      return new Source(files, sort, kafka.withGroup(group));
    }

    private void check() {
      requireOne("source", files, kafka);
      if (files != null && files.isEmpty()) {
        throw new IllegalArgumentException("source.files names none");
      }
      if (sort && kafka != null) {
        throw new IllegalArgumentException(
            "source.sort is for files, which end; source.kafka.max-lateness is for topics");
      }
      if (kafka != null) {
        kafka.check();
      }
    }
  }

  /** Sink of the predictions; exactly one is set. */
  public record Sink(Files files, KafkaSinkConfig kafka) {
    private void check() {
      requireOne("sink", files, kafka);
      if (kafka != null) {
        kafka.check();
      } else if (files.folder == null) {
        throw new IllegalArgumentException("sink.files must name a folder");
      }
    }
  }

  /**
   * Predictions as files.
   *
   * @param folder takes them; one of its own for every run
   */
  public record Files(Path folder, RowFormat format) {
    public Files {
      format = format == null ? RowFormat.CSV : format;
    }
  }

  /** Source of new weights. */
  public record Refresh(KafkaRefreshConfig kafka) {
    private void check() {
      if (kafka == null) {
        throw new IllegalArgumentException("refresh must have kafka");
      }
      kafka.check();
    }
  }

  /**
   * @throws IllegalArgumentException if something is missing or wrong
   */
  void check() {
    if (source == null) {
      throw new IllegalArgumentException("no events: give --events, or a source in the file");
    }
    if (sink == null) {
      throw new IllegalArgumentException("nowhere to write: give --output, or a sink in the file");
    }
    source.check();
    sink.check();
    malformed();
    if (refresh != null) {
      refresh.check();
    }
    options();
  }

  /** Limit on refused events. */
  public MalformedLimit malformed() {
    return MalformedLimit.of(maxMalformed);
  }

  /** The options of both sections as Flink's configuration. */
  public Configuration options() {
    Configuration options = new Configuration();
    if (flink != null) {
      KnownOptions.read("", flink, options);
    }
    if (fastweights != null) {
      KnownOptions.read("fastweights", fastweights, options);
    }
    return options;
  }

  private static void requireOne(String section, Object files, Object kafka) {
    if ((files == null) == (kafka == null)) {
      throw new IllegalArgumentException(
          section + " must have either files or kafka" + (files == null ? "" : ", not both"));
    }
  }
}
