package io.fastweights.jobs.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.streaming.api.lineage.DatasetSchemaFacet;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A listener of jobs sees what {@code run} reads and writes, and how the job ends. */
class LineageITCase {
  private static final String SCHEMA =
      """
      {"key": "user", "time": "time",
       "fields": [
         {"name": "page", "encoder": "hashed", "buckets": 16},
         {"name": "price", "encoder": "numeric", "mean": 10, "deviation": 5}],
       "target": {"name": "bought", "encoder": "binary"}}
      """;

  private static final String JOB =
      """
      name: lineage
      source: {files: [%1$s/day.csv, "%1$s/more/*.csv"]}
      sink: {files: {folder: %1$s/out}}
      schema: %1$s/schema.json
      flink:
        execution.job-status-changed-listeners: %2$s
      """;

  @TempDir Path folder;

  private static Map<String, Object> types(LineageDataset dataset) {
    Map<String, Object> types = new LinkedHashMap<>();
    ((DatasetSchemaFacet) dataset.facets().get("schema"))
        .fields()
        .forEach((name, field) -> types.put(name, field.type()));
    return types;
  }

  @Test
  void aJobOnFilesNamesThemWithTheirColumns() throws Exception {
    String header = "time,user,page,price,bought,note\n";
    Files.writeString(folder.resolve("day.csv"), header + "1000000,u,p,3,true,x\n");
    Path more = Files.createDirectory(folder.resolve("more"));
    Files.writeString(more.resolve("next.csv"), header + "1000001,u,q,4,,y\n");
    Files.writeString(folder.resolve("schema.json"), SCHEMA);
    Path job =
        Files.writeString(
            folder.resolve("job.yaml"),
            String.format(Locale.ROOT, JOB, folder, SeenJobs.class.getName()));

    Commands.succeed("run", "--config", job.toString());

    assertThat(SeenJobs.edges("lineage"))
        .containsExactly(
            edge("day.csv", "out/malformed"),
            edge("day.csv", "out/predictions"),
            edge("more", "out/malformed"),
            edge("more", "out/predictions"));
    var source = SeenJobs.graph("lineage").sources().get(0);
    assertThat(source.boundedness()).isEqualTo(Boundedness.BOUNDED);
    Map<String, Object> read = new LinkedHashMap<>();
    read.put("time", "TIMESTAMP_LTZ(3)");
    read.put("user", "STRING");
    read.put("page", "STRING");
    read.put("price", "DOUBLE");
    read.put("bought", "BOOLEAN");
    read.put("note", "STRING");
    assertThat(source.datasets())
        .allSatisfy(dataset -> assertThat(types(dataset)).containsExactlyEntriesOf(read));
    Map<String, Object> written = new LinkedHashMap<>(read);
    written.put("p_bought", "FLOAT");
    written.put("recall_error", "FLOAT");
    LineageDataset predictions =
        SeenJobs.graph("lineage").sinks().stream()
            .flatMap(sink -> sink.datasets().stream())
            .filter(dataset -> dataset.name().endsWith("predictions"))
            .findFirst()
            .orElseThrow();
    assertThat(types(predictions)).containsExactlyEntriesOf(written);
    assertThat(SeenJobs.statuses("lineage")).contains(JobStatus.RUNNING, JobStatus.FINISHED);
  }

  private String edge(String from, String to) {
    return String.join(
        " -> ", List.of("file " + folder.resolve(from), "file " + folder.resolve(to)));
  }
}
