package io.fastweights.jobs.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fastweights.jobs.JobMain;
import io.fastweights.jobs.config.JobConfig;
import io.fastweights.jobs.config.JobConfigReader;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.api.FastWeightOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalResourceOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.kubernetes.configuration.KubernetesConfigOptions;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.Container;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.Pod;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.PodSpec;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.Toleration;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.Volume;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.VolumeMount;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The files for the Flink Kubernetes operator, as far as they can be checked without a cluster. */
class KubernetesFilesTest {
  private static final Path FILES = Path.of("src/main/deploy/kubernetes");
  private static final Path BASE = FILES.resolve("base");
  private static final YAMLMapper YAML = new YAMLMapper();

  /** Inputs of `kubectl apply -k`. */
  enum Variant {
    BASE(),
    OPERATOR_1_13(FILES.resolve("operator-1.13/version.yaml")),
    OPERATOR_1_11(FILES.resolve("operator-1.11/version.yaml")),
    GPU(FILES.resolve("gpu/gpu.yaml"));

    private final Path[] patches;

    Variant(Path... patches) {
      this.patches = patches;
    }

    FlinkDeployment read() throws Exception {
      return FlinkDeployment.read(KubernetesFilesTest.BASE.resolve("deployment.yaml"), patches);
    }

    FlinkPods pods() throws Exception {
      return new FlinkPods(read());
    }
  }

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void isAnApplicationOfTheJobsJar(Variant variant) throws Exception {
    FlinkDeployment deployment = variant.read();
    assertThat(deployment.apiVersion()).isEqualTo("flink.apache.org/v1beta1");
    assertThat(deployment.kind()).isEqualTo("FlinkDeployment");
    FlinkDeployment.Job job = deployment.spec().job();
    assertThat(job.entryClass()).isEqualTo(JobMain.class.getName());
    assertThat(job.jarURI()).isEqualTo("local:///opt/flink/usrlib/fastweights-job.jar");
    assertThat(job.allowNonRestoredState()).isNull();
  }

  /** The newest of Flink that each release of the operator names; Flink itself is the image's. */
  @Test
  void flinksVersionIsOneThatTheOperatorNames() throws Exception {
    assertThat(Variant.BASE.read().spec().flinkVersion()).hasToString("v2_3");
    assertThat(Variant.OPERATOR_1_13.read().spec().flinkVersion()).hasToString("v2_2");
    assertThat(Variant.OPERATOR_1_11.read().spec().flinkVersion()).hasToString("v2_0");
  }

  @Test
  void anUnknownFieldIsAnError() throws Exception {
    Path file = folder.resolve("deployment.yaml");
    String text = Files.readString(BASE.resolve("deployment.yaml"));
    Files.writeString(file, text.replace("parallelism:", "paralellism:"));
    assertThatThrownBy(() -> FlinkDeployment.read(file)).hasMessageContaining("paralellism");
    Files.writeString(file, text.replace("mountPath: /opt/fastweights/job", "mountpath: /"));
    FlinkDeployment misspelt = FlinkDeployment.read(file);
    assertThatThrownBy(() -> FlinkPods.strict(misspelt.spec().podTemplate()))
        .hasMessageContaining("mountpath");
  }

  /** Their keys and values; those of an external resource go on with a name of the user's. */
  @ParameterizedTest
  @EnumSource
  void everyOptionExistsAndItsValueCanBeRead(Variant variant) throws Exception {
    Map<String, String> options = new TreeMap<>(variant.read().spec().flinkConfiguration());
    if (variant == Variant.GPU) {
      for (String key :
          List.of(
              ExternalResourceOptions.getAmountConfigOptionForResource("gpu"),
              ExternalResourceOptions.getExternalResourceDriverFactoryConfigOptionForResource(
                  "gpu"),
              ExternalResourceOptions.getSystemConfigKeyConfigOptionForResource(
                  "gpu", KubernetesConfigOptions.EXTERNAL_RESOURCE_KUBERNETES_CONFIG_KEY_SUFFIX))) {
        assertThat(options.remove(key)).as(key).isNotBlank();
      }
      assertThat(options.remove("external-resources")).isEqualTo("gpu");
    }
    assertThat(options.keySet()).noneMatch(key -> key.startsWith("external-resource"));
    Map<String, String> memories = new TreeMap<>(options);
    memories.keySet().removeIf(key -> !key.startsWith("fastweights."));
    options.keySet().removeAll(memories.keySet());
    String job = "source: {files: a}\nsink: {files: {folder: b}}\n";
    Map<String, Object> tree = new TreeMap<>(Map.of("flink", options));
    Map<String, String> shortened = new TreeMap<>();
    memories.forEach((key, value) -> shortened.put(key.replaceFirst("fastweights\\.", ""), value));
    tree.put("fastweights", shortened);
    Path file =
        Files.writeString(
            folder.resolve("job.yaml"),
            job + YAML.writeValueAsString(tree).replaceFirst("---\n", ""));
    Configuration read = JobConfigReader.read(file, Map.of()).options();
    assertThat(read.toMap()).containsAllEntriesOf(options).containsAllEntriesOf(memories);
  }

  @ParameterizedTest
  @EnumSource
  void keepsStateAndMetadataWhereAllPodsReachThem(Variant variant) throws Exception {
    Configuration flink = variant.pods().configuration();
    assertThat(flink.get(HighAvailabilityOptions.HA_MODE)).isEqualTo("kubernetes");
    assertThat(flink.toMap().entrySet())
        .filteredOn(option -> option.getKey().matches(".*(dir|Dir)"))
        .hasSize(3)
        .allMatch(option -> option.getValue().startsWith("s3://"));
  }

  @ParameterizedTest
  @EnumSource
  void cachesOnTheHeapFitItOneAndAHalfTimes(Variant variant) throws Exception {
    FlinkPods pods = variant.pods();
    Configuration flink = pods.configuration();
    long caches =
        flink.get(FastWeightOptions.CACHE_SIZE).getBytes()
            * flink.get(TaskManagerOptions.NUM_TASK_SLOTS);
    if (variant == Variant.BASE) {
      assertThat(pods.taskManagerMemory().getTaskHeapSize().getBytes())
          .isGreaterThan(caches * 3 / 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void podsRunAsFlinksUserWithoutPrivileges(Variant variant) throws Exception {
    for (PodSpec pod :
        List.of(variant.pods().taskManager().getSpec(), variant.pods().jobManager().getSpec())) {
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
      for (Container container : pod.getContainers()) {
        assertThat(container.getName()).isEqualTo("flink-main-container");
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop())
            .containsExactly("ALL");
      }
    }
  }

  @Test
  void taskManagersHaveAGpuOnlyWhereTheyAskForIt() throws Exception {
    Pod plain = Variant.BASE.pods().taskManager();
    Pod gpu = Variant.GPU.pods().taskManager();
    assertThat(FlinkPods.limits(plain)).containsOnlyKeys("cpu", "memory");
    assertThat(FlinkPods.limits(gpu))
        .containsOnlyKeys("cpu", "memory", "nvidia.com/gpu")
        .containsEntry("nvidia.com/gpu", "1");
    assertThat(gpu.getSpec().getTolerations())
        .extracting(Toleration::getKey)
        .containsExactly("nvidia.com/gpu");
    assertThat(plain.getSpec().getContainers().get(0).getImage()).isEqualTo("fastweights:cpu");
    assertThat(gpu.getSpec().getContainers().get(0).getImage()).isEqualTo("fastweights:gpu");
  }

  @Test
  void onAGpuItsClassesComeFromLibAndTheEngineIsNoOther() throws Exception {
    Configuration flink = Variant.GPU.pods().configuration();
    assertThat(flink.get(CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL))
        .containsExactly("jcuda.");
    assertThat(flink.get(FastWeightOptions.ENGINE)).hasToString("CUDA");
  }

  @Test
  void theJobAndItsSchemaCanBeReadWhereTheyAreMounted() throws Exception {
    PodSpec pod = Variant.BASE.pods().jobManager().getSpec();
    String mounted = mount(pod, "job");
    assertThat(Variant.BASE.read().spec().job().args())
        .containsExactly("--config", mounted + "/job.yaml");
    Volume volume = volume(pod, "job");
    JsonNode map = YAML.readTree(Files.readString(BASE.resolve("kustomization.yaml")));
    JsonNode generator = map.at("/configMapGenerator/0");
    assertThat(generator.get("name").asText()).isEqualTo(volume.getConfigMap().getName());
    JobConfig job = JobConfigReader.read(BASE.resolve("job.yaml"), Map.of());
    assertThat(generator.get("files"))
        .extracting(JsonNode::asText)
        .containsExactly("job.yaml", job.schema().getFileName().toString());
    SchemaJson.parse(Files.readString(job.schema()));
  }

  @Test
  void kustomizeKnowsEveryFile() throws Exception {
    JsonNode base = YAML.readTree(Files.readString(BASE.resolve("kustomization.yaml")));
    for (String key : List.of("/resources/0", "/configurations/0")) {
      assertThat(BASE.resolve(base.at(key).asText())).isRegularFile();
    }
    for (String name : List.of("gpu", "operator-1.13", "operator-1.11")) {
      Path overlay = FILES.resolve(name);
      JsonNode files = YAML.readTree(Files.readString(overlay.resolve("kustomization.yaml")));
      assertThat(overlay.resolve(files.at("/resources/0").asText()).normalize()).isEqualTo(BASE);
      assertThat(overlay.resolve(files.at("/patches/0/path").asText())).isRegularFile();
    }
    JsonNode names = YAML.readTree(Files.readString(BASE.resolve("names.yaml")));
    String path = names.at("/nameReference/0/fieldSpecs/0/path").asText();
    JsonNode volumes =
        YAML.readTree(Files.readString(BASE.resolve("deployment.yaml")))
            .at("/spec/podTemplate/spec/volumes");
    assertThat(path).isEqualTo("spec/podTemplate/spec/volumes/configMap/name");
    assertThat(volumes.findValues("configMap")).hasSize(1);
  }

  /** As Kafka's clients resolve it. */
  @Test
  void thePasswordComesFromTheMountedSecret() throws Exception {
    PodSpec pod = Variant.BASE.pods().taskManager().getSpec();
    String mounted = mount(pod, "kafka");
    assertThat(volume(pod, "kafka").getSecret().getSecretName()).isEqualTo("fastweights-kafka");
    Files.writeString(folder.resolve("sasl.jaas.config"), "the secret");
    Path file =
        Files.writeString(
            folder.resolve("job.yaml"),
            Files.readString(BASE.resolve("job.yaml")).replace(mounted, folder.toString()));
    JobConfig job = JobConfigReader.read(file, Map.of());
    Properties consumer = new Properties();
    consumer.putAll(job.source().kafka().properties());
    consumer.put("key.deserializer", ByteArrayDeserializer.class);
    consumer.put("value.deserializer", ByteArrayDeserializer.class);
    consumer.put("bootstrap.servers", job.source().kafka().brokers());
    Properties producer = new Properties();
    producer.putAll(job.sink().kafka().properties());
    producer.put("key.serializer", ByteArraySerializer.class);
    producer.put("value.serializer", ByteArraySerializer.class);
    producer.put("bootstrap.servers", job.sink().kafka().brokers());
    for (Password password :
        List.of(
            new ConsumerConfig(consumer).getPassword(SaslConfigs.SASL_JAAS_CONFIG),
            new ProducerConfig(producer).getPassword(SaslConfigs.SASL_JAAS_CONFIG))) {
      assertThat(password.value()).isEqualTo("the secret");
    }
  }

  private static String mount(PodSpec pod, String name) {
    return pod.getContainers().get(0).getVolumeMounts().stream()
        .filter(mount -> mount.getName().equals(name))
        .map(VolumeMount::getMountPath)
        .findFirst()
        .orElseThrow();
  }

  private static Volume volume(PodSpec pod, String name) {
    return pod.getVolumes().stream()
        .filter(volume -> volume.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
