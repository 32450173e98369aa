package io.fastweights.jobs.bench;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineProvider;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.operator.Prediction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * The memory as one would write it by hand: a value state that holds W, read, stepped and written
 * for every event. The arithmetic is the same engine's, a batch of one.
 */
final class NaiveMemory
    extends KeyedProcessFunction<Long, Tuple2<Long, Long>, Prediction<Tuple2<Long, Long>>> {
  private static final long serialVersionUID = 1L;

  private final MemoryKind kind;
  private final StateEvents events;
  private transient ValueState<float[]> state;
  private transient Engine engine;
  private transient EventBatch batch;

  NaiveMemory(MemoryKind kind) {
    this.kind = kind;
    this.events = new StateEvents(kind);
  }

  @Override
  public void open(OpenContext context) {
    state =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>(
                    "memory", PrimitiveArrayTypeInfo.FLOAT_PRIMITIVE_ARRAY_TYPE_INFO));
    engine = EngineProvider.create(kind.model(), EngineOptions.cpu(1));
    batch = new EventBatch(kind.model(), 1);
    batch.want(false, false);
  }

  @Override
  public void processElement(
      Tuple2<Long, Long> event, Context context, Collector<Prediction<Tuple2<Long, Long>>> out)
      throws Exception {
    float[] memory = state.value();
    boolean fresh = memory == null;
    if (fresh) {
      memory = new float[engine.pool().shape().floats()];
    } else {
      engine.pool().write(0, memory, 0);
    }
    float[] input = events.input(event.f1);
    float[] target = events.target(event.f1);
    batch.clear();
    batch.segment(0, fresh);
    batch.add(true);
    System.arraycopy(input, 0, batch.inputs(), 0, input.length);
    System.arraycopy(target, 0, batch.targets(), 0, target.length);
    engine.step(batch);
    engine.pool().read(0, memory, 0);
    state.update(memory);
    out.collect(
        new Prediction<>(event, event.f1, true, batch.outputs().clone(), batch.recallErrors()[0]));
  }

  @Override
  public void close() {
    if (engine != null) {
      engine.close();
    }
  }
}
