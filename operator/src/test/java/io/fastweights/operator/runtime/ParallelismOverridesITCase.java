package io.fastweights.operator.runtime;

import io.fastweights.operator.testkit.TestJobs;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;

class ParallelismOverridesITCase extends ParallelismOverrides {
  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();
}
