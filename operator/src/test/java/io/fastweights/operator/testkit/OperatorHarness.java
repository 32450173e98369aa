package io.fastweights.operator.testkit;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.runtime.FastWeightOperator;
import io.fastweights.operator.runtime.RefreshedOperator;
import io.fastweights.operator.stored.CheckedWeights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/** Flink's harness around the operator that a builder made. */
public final class OperatorHarness extends KeyedHarness<Trip, Prediction<Trip>> {
  public static final TypeInformation<Trip> TRIP = Types.POJO(Trip.class);

  public static final OutputTag<Malformed<Trip>> MALFORMED =
      new OutputTag<>("malformed", Malformed.type(TRIP));

  public OperatorHarness(FastWeights<Trip> builder, String backend, int parallelism, int subtask)
      throws Exception {
    this(builder, backend(backend), parallelism, subtask);
  }

  public OperatorHarness(
      FastWeights<Trip> builder, StateBackend backend, int parallelism, int subtask)
      throws Exception {
    this(builder.build(), backend, parallelism, subtask);
  }

  public OperatorHarness(
      FastWeightStream<Trip> stream, StateBackend backend, int parallelism, int subtask)
      throws Exception {
    super(factory(stream), Trip::key, Prediction.type(TRIP), backend, parallelism, subtask);
  }

  /** One subtask on the heap backend, open. */
  public static OperatorHarness open(FastWeights<Trip> builder) throws Exception {
    OperatorHarness harness = new OperatorHarness(builder, "hashmap", 1, 0);
    harness.open();
    return harness;
  }

  /** A builder of an operator on a stream of trips; the caller sets the model. */
  public static FastWeights<Trip> builder(Configuration job) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(job);
    return FastWeights.on(env.fromData(TRIP, new Trip(0, "k", 0)).keyBy(Trip::key));
  }

  /** A builder of an operator that takes new weights. */
  public static FastWeights<Trip> refreshed(Configuration job) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(job);
    return FastWeights.on(env.fromData(TRIP, new Trip(0, "k", 0)).keyBy(Trip::key))
        .refresh(env.fromData(ModelUpdate.type(), ModelUpdate.of("unused", 1)));
  }

  public static FastWeights<Trip> builder(TestModel model, int batchSize) {
    return model
        .on(builder(new Configuration()))
        .set(FastWeightOptions.BATCH_SIZE, batchSize)
        .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO);
  }

  public static StreamOperatorFactory<Prediction<Trip>> factory(FastWeightStream<Trip> stream) {
    var transformation = stream.predictions().getTransformation();
    return transformation instanceof TwoInputTransformation<?, ?, Prediction<Trip>> refreshed
        ? refreshed.getOperatorFactory()
        : ((OneInputTransformation<?, Prediction<Trip>>) transformation).getOperatorFactory();
  }

  /** Without a checkpoint coordinator only full snapshots can be restored for certain. */
  public static StateBackend backend(String name) {
    return name.equals("rocksdb")
        ? new EmbeddedRocksDBStateBackend(false)
        : new HashMapStateBackend();
  }

  /** Processes a trip that bears its time as timestamp. */
  public void process(Trip trip) throws Exception {
    processElement(trip, trip.time);
  }

  public void process(List<Trip> trips) throws Exception {
    for (Trip trip : trips) {
      process(trip);
    }
  }

  /** New weights come. */
  public void refresh(CheckedWeights model) throws Exception {
    refreshed().processElement2(new StreamRecord<>(model));
  }

  /** The operator of a builder that takes new weights. */
  @SuppressWarnings("unchecked")
  public RefreshedOperator<Trip> refreshed() {
    return (RefreshedOperator<Trip>) getOneInputOperator();
  }

  /** A checkpoint as a task takes it. */
  public OperatorSubtaskState checkpoint() throws Exception {
    prepareSnapshotPreBarrier(1);
    return snapshot(1, 1);
  }

  public void finish() throws Exception {
    endInput();
    getOperator().finish();
  }

  public FastWeightOperator<?> operator() {
    return (FastWeightOperator<?>) getOneInputOperator();
  }

  /** Keys that have a base or a log in state. */
  public int keysInState() throws Exception {
    Set<Object> all = new HashSet<>();
    for (String name : operator().store().states()) {
      try (Stream<Object> keys =
          operator().getKeyedStateBackend().getKeys(name, VoidNamespace.INSTANCE)) {
        keys.forEach(all::add);
      }
    }
    return all.size();
  }

  /** The predictions so far, in order. */
  public List<Prediction<Trip>> predictions() {
    return extractOutputValues();
  }

  public List<Long> answeredIds() {
    return predictions().stream().map(prediction -> prediction.event().id).toList();
  }

  public List<Malformed<Trip>> malformed() {
    List<Malformed<Trip>> all = new ArrayList<>();
    var records = getSideOutput(MALFORMED);
    if (records != null) {
      records.stream().map(StreamRecord::getValue).forEach(all::add);
    }
    return all;
  }

  /** Predictions and malformed events as lines, by id. */
  public List<String> answers() {
    List<String> lines = new ArrayList<>();
    predictions().forEach(prediction -> lines.add(Answers.of(prediction)));
    malformed().forEach(malformed -> lines.add(Answers.of(malformed)));
    return Answers.sorted(lines);
  }
}
