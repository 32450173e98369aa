package io.fastweights.jobs.lineage;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobExecutionStatusEvent;
import org.apache.flink.core.execution.JobStatusChangedEvent;
import org.apache.flink.core.execution.JobStatusChangedListener;
import org.apache.flink.core.execution.JobStatusChangedListenerFactory;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageEdge;
import org.apache.flink.streaming.api.lineage.LineageGraph;
import org.apache.flink.streaming.runtime.execution.JobCreatedEvent;

/** Keeps what Flink tells listeners of jobs of this process, by the jobs' names. */
public final class SeenJobs implements JobStatusChangedListenerFactory, JobStatusChangedListener {
  private static final Map<String, LineageGraph> GRAPHS = new ConcurrentHashMap<>();
  private static final Map<String, Queue<JobStatus>> STATUSES = new ConcurrentHashMap<>();

  @Override
  public JobStatusChangedListener createListener(Context context) {
    return this;
  }

  @Override
  public void onEvent(JobStatusChangedEvent event) {
    if (event instanceof JobCreatedEvent created) {
      GRAPHS.put(event.jobName(), created.lineageGraph());
    } else if (event instanceof JobExecutionStatusEvent changed) {
      STATUSES
          .computeIfAbsent(event.jobName(), name -> new ConcurrentLinkedQueue<>())
          .add(changed.newStatus());
    }
  }

  static List<JobStatus> statuses(String job) {
    return List.copyOf(STATUSES.getOrDefault(job, new ConcurrentLinkedQueue<>()));
  }

  /** The graph that came with a job's creation; null if none did. */
  static LineageGraph graph(String job) {
    return GRAPHS.get(job);
  }

  /** Each pair of a dataset that a job reads and one that comes of it. */
  public static List<String> edges(String job) {
    return graph(job).relations().stream().flatMap(edge -> edges(edge).stream()).sorted().toList();
  }

  private static List<String> edges(LineageEdge edge) {
    return edge.source().datasets().stream()
        .flatMap(
            from -> edge.sink().datasets().stream().map(to -> address(from) + " -> " + address(to)))
        .toList();
  }

  private static String address(LineageDataset dataset) {
    return dataset.namespace() + " " + dataset.name();
  }
}
