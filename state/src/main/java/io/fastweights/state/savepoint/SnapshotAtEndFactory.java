package io.fastweights.state.savepoint;

import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeServiceAware;

/** Makes an operator of another factory into one that is written to a savepoint at its end. */
final class SnapshotAtEndFactory<T, A> extends AbstractStreamOperatorFactory<byte[]>
    implements OneInputStreamOperatorFactory<T, byte[]> {
  private static final long serialVersionUID = 1L;

  private final StreamOperatorFactory<A> factory;
  private final Path savepoint;

  /**
   * @param factory of a keyed operator with one input
   */
  SnapshotAtEndFactory(StreamOperatorFactory<A> factory, Path savepoint) {
    this.factory = factory;
    this.savepoint = savepoint;
    this.chainingStrategy = ChainingStrategy.ALWAYS;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <O extends StreamOperator<byte[]>> O createStreamOperator(
      StreamOperatorParameters<byte[]> parameters) {
    ProcessingTimeService time = parameters.getProcessingTimeService();
    if (factory instanceof ProcessingTimeServiceAware aware) {
      aware.setProcessingTimeService(time);
    }
    CountingOutput<A> answers = new CountingOutput<>();
    OneInputStreamOperator<T, A> operator =
        factory.createStreamOperator(
            new StreamOperatorParameters<>(
                parameters.getContainingTask(),
                parameters.getStreamConfig(),
                answers,
                () -> time,
                parameters.getOperatorEventDispatcher(),
                parameters.getMailboxExecutor()));
    return (O) new SnapshotAtEnd<>(operator, answers, parameters, savepoint);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return SnapshotAtEnd.class;
  }
}
