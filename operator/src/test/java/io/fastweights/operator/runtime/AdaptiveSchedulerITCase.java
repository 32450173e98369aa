package io.fastweights.operator.runtime;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;

class AdaptiveSchedulerITCase extends ParallelismOverrides {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(
                  new Configuration()
                      .set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Adaptive))
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());
}
