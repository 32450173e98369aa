package io.fastweights.operator.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Collects the results of a bounded job in this JVM, each once, through failures and restarts: they
 * are part of the checkpoints, and are handed over when the input has ended. Flink's own collecting
 * sink asks a running task for them, and once came back with none.
 */
public final class JobResults<T> extends AbstractStreamOperator<T>
    implements OneInputStreamOperator<T, T>, BoundedOneInput {
  private static final long serialVersionUID = 1L;
  private static final Map<String, List<?>> RESULTS = new ConcurrentHashMap<>();

  private final String run;
  private final TypeInformation<T> type;
  private transient List<T> results;
  private transient ListState<T> state;

  private JobResults(String run, TypeInformation<T> type) {
    this.run = run;
    this.type = type;
  }

  /**
   * Runs the job of a stream to its end and returns the stream's elements; those of one task of the
   * stream in their order.
   *
   * @param name of the job
   */
  public static <T> List<T> of(DataStream<T> stream, String name) throws Exception {
    String run = UUID.randomUUID().toString();
    stream
        .transform("collected", stream.getType(), new JobResults<>(run, stream.getType()))
        .setParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .setParallelism(1);
    stream.getExecutionEnvironment().execute(name);
    @SuppressWarnings("unchecked") // The operator of this run has put them.
    List<T> results = (List<T>) RESULTS.remove(run);
    if (results == null) {
      throw new AssertionError("the job has ended, and its input has not: " + name);
    }
    return results;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    results = new ArrayList<>();
    // Named after the run: a job restored from a savepoint begins with none.
    state =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    run, type.createSerializer(getExecutionConfig().getSerializerConfig())));
    state.get().forEach(results::add);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    state.update(results);
  }

  @Override
  public void processElement(StreamRecord<T> element) {
    results.add(element.getValue());
  }

  @Override
  public void endInput() {
    RESULTS.put(run, List.copyOf(results));
  }
}
