package io.fastweights.jobs.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fastweights.jobs.deploy.FlinkDeployment.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.client.deployment.ClusterSpecification;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.kubernetes.configuration.KubernetesConfigOptions;
import org.apache.flink.kubernetes.configuration.KubernetesConfigOptionsInternal;
import org.apache.flink.kubernetes.configuration.KubernetesDeploymentTarget;
import org.apache.flink.kubernetes.entrypoint.KubernetesApplicationClusterEntrypoint;
import org.apache.flink.kubernetes.kubeclient.FlinkPod;
import org.apache.flink.kubernetes.kubeclient.factory.KubernetesJobManagerFactory;
import org.apache.flink.kubernetes.kubeclient.factory.KubernetesTaskManagerFactory;
import org.apache.flink.kubernetes.kubeclient.parameters.KubernetesJobManagerParameters;
import org.apache.flink.kubernetes.kubeclient.parameters.KubernetesTaskManagerParameters;
import org.apache.flink.kubernetes.shaded.com.fasterxml.jackson.databind.DeserializationFeature;
import org.apache.flink.kubernetes.shaded.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.kubernetes.shaded.com.fasterxml.jackson.databind.introspect.Annotated;
import org.apache.flink.kubernetes.shaded.com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.Container;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.Pod;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.PodBuilder;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.PodTemplateSpec;
import org.apache.flink.kubernetes.utils.Constants;
import org.apache.flink.runtime.clusterframework.ContaineredTaskManagerParameters;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.externalresource.ExternalResourceUtils;

/** The pods that Flink makes of a deployment, by Flink's own code for Kubernetes. */
final class FlinkPods {
  /** Kubernetes' classes take what they do not know, so that nothing is lost; this does not. */
  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .setAnnotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated member) {
                  return false;
                }
              });

  private final FlinkDeployment.Spec spec;

  FlinkPods(FlinkDeployment deployment) {
    this.spec = deployment.spec();
  }

  /** As the operator hands it to Flink: the resource's options, and those made of its fields. */
  Configuration configuration() {
    Configuration flink = Configuration.fromMap(spec.flinkConfiguration());
    flink.set(KubernetesConfigOptions.CLUSTER_ID, "fastweights");
    flink.set(KubernetesConfigOptions.CONTAINER_IMAGE, spec.image());
    flink.set(KubernetesConfigOptions.KUBERNETES_SERVICE_ACCOUNT, spec.serviceAccount());
    flink.set(KubernetesConfigOptions.TASK_MANAGER_CPU, spec.taskManager().resource().cpu());
    flink.set(TaskManagerOptions.TOTAL_PROCESS_MEMORY, memory(spec.taskManager().resource()));
    flink.set(JobManagerOptions.TOTAL_PROCESS_MEMORY, memory(spec.jobManager().resource()));
    flink.set(DeploymentOptions.TARGET, KubernetesDeploymentTarget.APPLICATION.getName());
    // As Flink's own client sets them, where they are not.
    flink.set(TaskManagerOptions.RPC_PORT, "6122");
    flink.set(BlobServerOptions.PORT, "6124");
    flink.set(
        KubernetesConfigOptionsInternal.ENTRY_POINT_CLASS,
        KubernetesApplicationClusterEntrypoint.class.getName());
    return flink;
  }

  private static MemorySize memory(Resource resource) {
    return MemorySize.parse(resource.memory());
  }

  TaskExecutorProcessSpec taskManagerMemory() {
    return TaskExecutorProcessUtils.processSpecFromConfig(configuration());
  }

  Pod taskManager() throws Exception {
    Configuration flink = configuration();
    KubernetesTaskManagerParameters parameters =
        new KubernetesTaskManagerParameters(
            flink,
            "fastweights-taskmanager-1-1",
            "",
            "",
            ContaineredTaskManagerParameters.create(flink, taskManagerMemory()),
            ExternalResourceUtils.getExternalResourceConfigurationKeys(
                flink, KubernetesConfigOptions.EXTERNAL_RESOURCE_KUBERNETES_CONFIG_KEY_SUFFIX),
            Set.of());
    return KubernetesTaskManagerFactory.buildTaskManagerKubernetesPod(
            template(spec.taskManager().podTemplate()), parameters)
        .getInternalResource();
  }

  PodTemplateSpec jobManager() throws Exception {
    ClusterSpecification size =
        new ClusterSpecification.ClusterSpecificationBuilder()
            .setMasterMemoryMB(memory(spec.jobManager().resource()).getMebiBytes())
            .createClusterSpecification();
    return KubernetesJobManagerFactory.buildKubernetesJobManagerSpecification(
            template(spec.jobManager().podTemplate()),
            new KubernetesJobManagerParameters(configuration(), size))
        .getDeployment()
        .getSpec()
        .getTemplate();
  }

  /** The template of all pods with that of one kind on top, which names no containers. */
  private FlinkPod template(JsonNode kind) throws Exception {
    PodTemplateSpec all = strict(spec.podTemplate());
    Pod pod = new PodBuilder().withMetadata(all.getMetadata()).withSpec(all.getSpec()).build();
    if (kind != null) {
      PodTemplateSpec own = strict(kind);
      if (!own.getSpec().getContainers().isEmpty()) {
        throw new IllegalArgumentException("containers are in the template of all pods");
      }
      pod.getSpec().setTolerations(own.getSpec().getTolerations());
    }
    List<Container> containers = new ArrayList<>(pod.getSpec().getContainers());
    Container main =
        containers.stream()
            .filter(container -> container.getName().equals(Constants.MAIN_CONTAINER_NAME))
            .findFirst()
            .orElseThrow();
    containers.remove(main);
    pod.getSpec().setContainers(containers);
    return new FlinkPod.Builder().withPod(pod).withMainContainer(main).build();
  }

  static PodTemplateSpec strict(JsonNode template) throws Exception {
    return STRICT.readValue(template.toString(), PodTemplateSpec.class);
  }

  static Map<String, String> limits(Pod pod) {
    Map<String, String> limits = new TreeMap<>();
    pod.getSpec()
        .getContainers()
        .get(0)
        .getResources()
        .getLimits()
        .forEach((name, quantity) -> limits.put(name, quantity.toString()));
    return limits;
  }
}
