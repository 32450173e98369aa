package io.fastweights.jobs.deploy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Fields of a FlinkDeployment, by the reference of the operator's custom resources (v1beta1). Maven
 * has no artifacts of it; pod templates are checked against Kubernetes' own model.
 */
record FlinkDeployment(String apiVersion, String kind, Metadata metadata, Spec spec) {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  record Metadata(String name, String namespace, Map<String, String> labels) {}

  record Spec(
      String image,
      String imagePullPolicy,
      FlinkVersion flinkVersion,
      String serviceAccount,
      Mode mode,
      Map<String, String> flinkConfiguration,
      Map<String, String> logConfiguration,
      Long restartNonce,
      JsonNode ingress,
      JsonNode podTemplate,
      JobManager jobManager,
      TaskManager taskManager,
      Job job) {}

  record JobManager(Resource resource, int replicas, JsonNode podTemplate) {}

  record TaskManager(Resource resource, Integer replicas, JsonNode podTemplate) {}

  record Resource(Double cpu, String memory, String ephemeralStorage) {}

  record Job(
      String jarURI,
      int parallelism,
      String entryClass,
      List<String> args,
      State state,
      UpgradeMode upgradeMode,
      Boolean allowNonRestoredState,
      String initialSavepointPath,
      Long savepointTriggerNonce,
      Long savepointRedeployNonce,
      Long checkpointTriggerNonce) {}

  /** Of release 1.15, those that are still supported. */
  enum FlinkVersion {
    v1_19,
    v1_20,
    v2_0,
    v2_1,
    v2_2,
    v2_3,
    v2_4
  }

  enum Mode {
    @JsonProperty("native")
    NATIVE,
    standalone
  }

  enum State {
    running,
    suspended
  }

  enum UpgradeMode {
    savepoint,
    @JsonProperty("last-state")
    LAST_STATE,
    stateless
  }

  /** The resource of a file, changed as Kustomize's patches change a custom one. */
  static FlinkDeployment read(Path file, Path... patches) throws Exception {
    JsonNode tree = YAML.readTree(Files.readString(file));
    for (Path patch : patches) {
      merge((ObjectNode) tree, YAML.readTree(Files.readString(patch)));
    }
    return YAML.treeToValue(tree, FlinkDeployment.class);
  }

  /** JSON merge patch, RFC 7386: objects are merged, anything else is replaced. */
  private static void merge(ObjectNode into, JsonNode patch) {
    patch
        .properties()
        .forEach(
            member -> {
              JsonNode value = member.getValue();
              if (value.isObject() && into.get(member.getKey()) instanceof ObjectNode inner) {
                merge(inner, value);
              } else if (value.isNull()) {
                into.remove(member.getKey());
              } else {
                into.set(member.getKey(), value);
              }
            });
  }
}
