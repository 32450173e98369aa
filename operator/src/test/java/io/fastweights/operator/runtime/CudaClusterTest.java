package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.cuda.SimulatedDevice;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.operator.BatchInvarianceITCase;
import io.fastweights.operator.BatchInvarianceITCase.Setup;
import io.fastweights.operator.Trip;
import io.fastweights.operator.simulation.Saboteur;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Jobs on a cluster whose subtasks share a (simulated) CUDA device, through two failures each. */
class CudaClusterTest {
  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  static final List<Setup> SETUPS =
      List.of(
          new Setup(TestModel.ASSOCIATIVE, 1, "tight", 2, "hashmap", false, false, 20, 0.2),
          new Setup(TestModel.ASSOCIATIVE, 7, "tight", 1, "hashmap", true, true, 1000, 16),
          new Setup(TestModel.ASSOCIATIVE, 64, "ample", 1, "rocksdb", true, false, 20, 0.2),
          new Setup(TestModel.ASSOCIATIVE, 16, "ample", 2, "rocksdb", false, true, 1, 0),
          new Setup(TestModel.TRANSFORMER, 16, "tight", 2, "rocksdb", true, false, 20, 0.2),
          new Setup(TestModel.TRANSFORMER, 64, "twice", 1, "hashmap", false, true, 1, 0),
          new Setup(TestModel.TRANSFORMER, 7, "ample", 2, "hashmap", true, true, 1000, 16),
          new Setup(TestModel.TRANSFORMER, 256, "tight", 1, "rocksdb", false, false, 20, 16));

  @BeforeEach
  void loadDriver() throws Exception {
    SimulatedDevice.loadDriver();
  }

  @ParameterizedTest
  @FieldSource("SETUPS")
  void everyEventIsAnsweredOnceWithTheBitsOfThePlainLoop(Setup setup) throws Exception {
    List<Long> held = SimulatedDevice.held();
    long seed = Seeds.seed(61 + SETUPS.indexOf(setup));
    String run = "cuda " + setup + ", " + Seeds.replay(seed);
    List<String> lines = BatchInvarianceITCase.run(setup, Device.CUDA, seed, run, folder);

    List<Trip> trips = Trips.stream(seed, BatchInvarianceITCase.TRIPS);
    assertThat(Answers.sorted(lines))
        .as(run)
        .isEqualTo(
            setup
                .model()
                .oracle()
                .storage(setup.storage().storage())
                .halfLife(setup.halfLife().toMillis())
                .answers(trips));
    BatchInvarianceITCase.assertThatKeysAreInOrder(lines);
    assertThat(Saboteur.failures(run)).as(run).containsExactly("before", "behind");
    assertThat(Saboteur.restored(run)).as("restored from checkpoints, " + run).isNotEmpty();
    assertThat(SimulatedDevice.held()).as(run).isEqualTo(held);
  }
}
