package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fastweights.jobs.JobMain;
import io.fastweights.jobs.process.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job of the files for Kubernetes in application mode, as the operator runs it: a cluster of
 * processes that is there for this job, with the deployment's options and the image's folders. What
 * needs Kubernetes, S3 or a password is replaced.
 */
class ApplicationClusterIT {
  private static final Path FILES = Path.of("src/main/deploy/kubernetes/base");
  private static final Path IMAGE = Path.of("target/deploy");
  private static final String JOB_MANAGER =
      "org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint";
  private static final String TASK_MANAGER =
      "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
  private static final String LOGGING =
      """
      rootLogger.level = INFO
      rootLogger.appenderRef.console.ref = console
      appender.console.name = console
      appender.console.type = CONSOLE
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = %d{ISO8601} %-5p %c{1} %m%n
      """;
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final int EVENTS = 200;
  private static final int PARALLELISM = 3;

  private final List<Process> processes = new ArrayList<>();
  private Broker broker;

  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    broker = new Broker();
  }

  @AfterEach
  void stop() throws Exception {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
    broker.close();
  }

  @Test
  void runsTheJobWithTheClustersOptionsWhereItSaysNothingElse() throws Exception {
    broker.createTopics(2, "visits", "visits.predictions", "visits.malformed");
    layOut();
    int restPort = freePort();
    Map<String, String> options = options(restPort);
    YAML.writeValue(folder.resolve("conf/config.yaml").toFile(), options);
    String container = location(JOB_MANAGER);
    process(
        List.of("-Xmx512m", "-cp", folder.resolve("lib") + "/*:" + container),
        JOB_MANAGER,
        // Behind the -- is what the program takes; an option of Flink's begins with --config too.
        List.of("--job-classname", JobMain.class.getName(), "--", "--config", job().toString()));
    taskManager(options);
    broker.send(IntStream.range(0, EVENTS).mapToObj(ApplicationClusterIT::event).toList());

    awaitCommitted();
    assertThat(parallelism(restPort)).isEqualTo(PARALLELISM);
    assertThat(broker.committed("visits.malformed")).isEmpty();
    assertThat(folder.resolve("bucket/fastweights/checkpoints")).isNotEmptyDirectory();
  }

  /** The folders of the image. */
  private void layOut() throws IOException {
    Files.createDirectories(folder.resolve("conf"));
    Files.writeString(folder.resolve("conf/log4j.properties"), LOGGING);
    Path lib = Path.of(System.getProperty("fastweights.cluster.lib")).toAbsolutePath().normalize();
    Files.createSymbolicLink(folder.resolve("lib"), lib);
    Files.createSymbolicLink(
        folder.resolve("usrlib"), IMAGE.resolve("usrlib").toAbsolutePath().normalize());
  }

  private Map<String, String> options(int restPort) throws IOException {
    JsonNode flink =
        YAML.readTree(Files.readString(FILES.resolve("deployment.yaml")))
            .at("/spec/flinkConfiguration");
    Map<String, String> options = new TreeMap<>();
    flink
        .properties()
        .forEach(
            option ->
                options.put(
                    option.getKey(),
                    option
                        .getValue()
                        .asText()
                        .replace("s3://", folder.toUri().toString())
                        .replace("/opt/fastweights", folder.toString())));
    options.keySet().removeIf(key -> key.startsWith("high-availability."));
    options.put("execution.checkpointing.interval", "500 ms");
    options.put("parallelism.default", Integer.toString(PARALLELISM));
    options.put("taskmanager.numberOfTaskSlots", Integer.toString(PARALLELISM));
    options.put("taskmanager.memory.process.size", "1500mb");
    options.put("taskmanager.cpu.cores", "2");
    options.put("jobmanager.rpc.port", Integer.toString(freePort()));
    options.put("rest.port", Integer.toString(restPort));
    for (String address :
        List.of("jobmanager.rpc.address", "jobmanager.bind-host", "taskmanager.host")) {
      options.put(address, "127.0.0.1");
    }
    for (String address : List.of("taskmanager.bind-host", "rest.address", "rest.bind-address")) {
      options.put(address, "127.0.0.1");
    }
    return options;
  }

  /** The job's file with this broker, which asks for no password, and a name from a secret. */
  private Path job() throws IOException {
    ObjectNode job = (ObjectNode) YAML.readTree(Files.readString(FILES.resolve("job.yaml")));
    Files.writeString(folder.resolve("name"), "from a secret");
    for (String side : List.of("source", "sink")) {
      ObjectNode kafka = (ObjectNode) job.get(side).get("kafka");
      ObjectNode properties = (ObjectNode) kafka.get("properties");
      kafka.put("brokers", broker.address());
      properties.remove(List.of("security.protocol", "sasl.mechanism", "sasl.jaas.config"));
      properties.put("client.rack", "${secret:" + folder + ":name}");
    }
    ((ObjectNode) job.get("sink").get("kafka")).put("transaction-timeout", "1min");
    Files.copy(FILES.resolve("schema.json"), folder.resolve("schema.json"));
    return Files.writeString(folder.resolve("job.yaml"), YAML.writeValueAsString(job));
  }

  /** Its memory as Flink's scripts make it of the options. */
  private void taskManager(Map<String, String> options) throws IOException {
    TaskExecutorProcessSpec memory =
        TaskExecutorProcessUtils.processSpecFromConfig(Configuration.fromMap(options));
    List<String> jvm =
        new ArrayList<>(List.of(ProcessMemoryUtils.generateJvmParametersStr(memory).split(" ")));
    jvm.add(options.get("env.java.opts.taskmanager"));
    jvm.addAll(List.of("-cp", folder.resolve("lib") + "/*"));
    process(
        jvm,
        TASK_MANAGER,
        List.of(TaskExecutorProcessUtils.generateDynamicConfigsStr(memory).strip().split(" ")));
  }

  private void process(List<String> jvm, String main, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
    command.addAll(
        List.of(
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "-Dlog4j.configurationFile=" + folder.resolve("conf/log4j.properties").toUri()));
    command.addAll(ChildJvm.serverOptions());
    command.addAll(jvm);
    command.addAll(List.of(main, "--configDir", folder.resolve("conf").toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FLINK_CONF_DIR", folder.resolve("conf").toString());
    builder.environment().put("FLINK_LIB_DIR", folder.resolve("lib").toString());
    builder.redirectErrorStream(true);
    builder.redirectOutput(folder.resolve(main.replaceFirst(".*\\.", "") + ".log").toFile());
    processes.add(builder.start());
  }

  /** Of the jar of a class. */
  private static String location(String type) throws ClassNotFoundException {
    return Class.forName(type).getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  private static ProducerRecord<byte[], byte[]> event(int place) {
    String user = "u" + place % 20;
    String value =
        String.format(
            Locale.ROOT,
            "{\"time\": %d, \"user\": \"%s\", \"page\": \"p%d\", \"price\": %d, \"bought\": %d}",
            place,
            user,
            place % 7,
            place % 13,
            place % 2);
    return new ProducerRecord<>(
        "visits",
        null,
        user.getBytes(StandardCharsets.UTF_8),
        value.getBytes(StandardCharsets.UTF_8));
  }

  private void awaitCommitted() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
    for (int found = 0; found < EVENTS; found = broker.committed("visits.predictions").size()) {
      // Brokers do not notify of a commit: poll.
      Thread.sleep(200);
      if (System.nanoTime() > deadline || !processes.stream().allMatch(Process::isAlive)) {
        fail("%d of %d predictions; the logs:%n%s", found, EVENTS, logs());
      }
    }
  }

  private String logs() throws IOException {
    StringBuilder logs = new StringBuilder();
    try (var files = Files.newDirectoryStream(folder, "*.log")) {
      for (Path file : files) {
        List<String> lines = Files.readAllLines(file);
        lines
            .subList(Math.max(0, lines.size() - 100), lines.size())
            .forEach(line -> logs.append(line).append('\n'));
      }
    }
    return logs.toString();
  }

  private static int parallelism(int restPort) throws Exception {
    String jobs = "http://127.0.0.1:" + restPort + "/jobs/";
    String job = get(jobs).at("/jobs/0/id").asText();
    int most = 0;
    for (JsonNode vertex : get(jobs + job).get("vertices")) {
      most = Math.max(most, vertex.get("parallelism").asInt());
    }
    return most;
  }

  private static JsonNode get(String address) throws IOException {
    try (InputStream in = URI.create(address).toURL().openStream()) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
