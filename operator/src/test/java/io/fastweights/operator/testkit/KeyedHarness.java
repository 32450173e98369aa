package io.fastweights.operator.testkit;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeServiceAware;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;

/** Flink's harness around a subtask of an operator that a builder made, keyed by strings. */
public class KeyedHarness<I, O> extends OneInputStreamOperatorTestHarness<I, O> {
  public static final int MAX_PARALLELISM = 16;

  /**
   * @param factory a copy of it makes the operator, as it does where a job sends it
   */
  public KeyedHarness(
      StreamOperatorFactory<O> factory,
      KeySelector<I, String> key,
      TypeInformation<O> output,
      StateBackend backend,
      int parallelism,
      int subtask)
      throws Exception {
    this(factory, key, output, backend, TaskEnvironment.of(MAX_PARALLELISM, parallelism, subtask));
  }

  /**
   * @param environment of the subtask
   */
  @SuppressWarnings("this-escape") // Setup needs the harness; no subclass overrides it.
  public KeyedHarness(
      StreamOperatorFactory<O> factory,
      KeySelector<I, String> key,
      TypeInformation<O> output,
      StateBackend backend,
      MockEnvironment environment)
      throws Exception {
    super(new FirstInput<I, O>(InstantiationUtil.clone(factory)), environment);
    config.setStatePartitioner(0, key);
    config.setStateKeySerializer(
        Types.STRING.createSerializer(executionConfig.getSerializerConfig()));
    config.serializeAllConfigs();
    setStateBackend(backend);
    setup(output.createSerializer(executionConfig.getSerializerConfig()));
  }

  /** Makes an operator, whatever inputs it has, for a harness of its first one. */
  private static final class FirstInput<I, O> extends AbstractStreamOperatorFactory<O>
      implements OneInputStreamOperatorFactory<I, O> {
    private static final long serialVersionUID = 1L;

    private final StreamOperatorFactory<O> factory;

    FirstInput(StreamOperatorFactory<O> factory) {
      this.factory = factory;
    }

    @Override
    public <S extends StreamOperator<O>> S createStreamOperator(
        StreamOperatorParameters<O> parameters) {
      if (factory instanceof ProcessingTimeServiceAware timed) {
        timed.setProcessingTimeService(processingTimeService);
      }
      return factory.createStreamOperator(parameters);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
      return factory.getStreamOperatorClass(loader);
    }
  }

  /** Entries of all states on the heap backend. */
  public int entriesOnHeap() {
    return ((HeapKeyedStateBackend<?>) getOperator().getKeyedStateBackend())
        .numKeyValueStateEntries();
  }

  @Override
  public void close() {
    try {
      super.close();
      getEnvironment().close();
    } catch (Exception e) {
      throw new AssertionError("the harness did not close", e);
    }
  }
}
