package io.fastweights.jobs.bench.load;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.operator.api.Prediction;
import java.io.Serializable;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * The memory as one would write it by hand: a value state that holds W, read, stepped and written
 * for every event. The arithmetic is the same engine's, a batch of one.
 */
public final class NaiveMemory<K, E> extends KeyedProcessFunction<K, E, Prediction<E>> {
  private static final long serialVersionUID = 1L;

  private final Events<E> events;
  private transient ValueState<float[]> state;
  private transient Engine engine;
  private transient EventBatch batch;

  /** Converts events to the model's inputs. */
  interface Events<E> extends Serializable {
    Model model();

    long timestamp(E event);

    /**
     * Reads an event.
     *
     * @param input takes float[inputDim]
     * @param target takes float[targetDim]; NaN where the event has none
     * @return true for an observe; false for an ask
     */
    boolean read(E event, float[] input, float[] target) throws MalformedEventException;
  }

  public NaiveMemory(Events<E> events) {
    this.events = events;
  }

  @Override
  public void open(OpenContext context) {
    state =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>(
                    "memory", PrimitiveArrayTypeInfo.FLOAT_PRIMITIVE_ARRAY_TYPE_INFO));
    engine = EngineProvider.create(events.model(), EngineOptions.cpu(1));
    batch = new EventBatch(events.model(), 1);
    batch.want(false, false);
  }

  @Override
  public void processElement(E event, Context context, Collector<Prediction<E>> out)
      throws Exception {
    float[] memory = state.value();
    boolean fresh = memory == null;
    if (fresh) {
      memory = new float[engine.pool().shape().floats()];
    } else {
      engine.pool().write(0, memory, 0);
    }
    batch.clear();
    batch.segment(0, fresh);
    boolean observed = events.read(event, batch.inputs(), batch.targets());
    batch.add(observed);
    engine.step(batch);
    if (observed) {
      engine.pool().read(0, memory, 0);
      state.update(memory);
    }
    out.collect(
        new Prediction<>(
            event,
            events.timestamp(event),
            observed,
            batch.outputs().clone(),
            batch.recallErrors()[0]));
  }

  @Override
  public void close() {
    if (engine != null) {
      engine.close();
    }
  }
}
