package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.stored.StoredNames;
import io.fastweights.operator.stored.WaitingAsk;
import io.fastweights.operator.stored.WaitingAskSerializer;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.ScorerHarness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.state.api.runtime.SavepointLoader;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Asks in savepoints of earlier releases, with a clock that the test sets. */
class WaitingAskSavepointTest {
  @TempDir Path folder;

  /** Those that a harness can restore; it has no place for RocksDB's own files. */
  static Stream<WholeJobFixture> fixtures() {
    return WholeJobSavepointITCase.fixtures()
        .filter(f -> f.backend().equals("hashmap") || f.format() == SavepointFormatType.CANONICAL);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void anAskIsForgottenWhenItsTimeIsOver(WholeJobFixture fixture) throws Exception {
    SavepointFixture.unpack(fixture.file(), folder);
    FastWeightStream<Trip> stream =
        WholeJob.SORTED.on(OperatorHarness.builder(new Configuration())).build();
    try (ScorerHarness harness =
        new ScorerHarness(
            stream, OperatorHarness.backend(fixture.backend()), WholeJob.MAX_PARALLELISM)) {
      harness.initializeState(scores());
      harness.open();
      List<Long> expiries = expiries(harness);
      assertThat(expiries).hasSizeGreaterThan(3);
      harness.setProcessingTime(expiries.get(0) - 1);
      assertThat(expiries(harness)).isEqualTo(expiries);
      long last = expiries.get(expiries.size() - 1);
      harness.setProcessingTime(last);
      assertThat(expiries(harness)).isEmpty();
      assertThat(harness.numProcessingTimeTimers()).isZero();
    }
  }

  private OperatorSubtaskState scores() throws Exception {
    String uid = "sorted" + StoredNames.SCORER_UID;
    for (OperatorState state :
        SavepointLoader.loadSavepointMetadata(folder.toString()).getOperatorStates()) {
      if (state.getOperatorID().equals(OperatorIdentifier.forUid(uid).getOperatorId())) {
        return state.getState(0);
      }
    }
    throw new AssertionError("the savepoint has no operator " + uid);
  }

  /** When each ask of the state expires, sorted. */
  private static List<Long> expiries(ScorerHarness harness) throws Exception {
    List<Long> expiries = new ArrayList<>();
    ((AbstractStreamOperator<?>) harness.getOperator())
        .<String>getKeyedStateBackend()
        .applyToAllKeys(
            VoidNamespace.INSTANCE,
            VoidNamespaceSerializer.INSTANCE,
            new MapStateDescriptor<>(
                StoredNames.WAITING_ASKS, StringSerializer.INSTANCE, new WaitingAskSerializer()),
            (key, asks) -> {
              for (WaitingAsk ask : asks.values()) {
                expiries.add(ask.expires());
              }
            });
    Collections.sort(expiries);
    return expiries;
  }
}
