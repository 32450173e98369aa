package io.fastweights.operator.runtime;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.model.ModelSpec;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.util.OutputTag;

/** Creates the operator of each subtask; serialized with the job. */
@Internal
public final class FastWeightOperatorFactory<T> extends AbstractStreamOperatorFactory<Prediction<T>>
    implements OneInputStreamOperatorFactory<T, Prediction<T>> {
  private static final long serialVersionUID = 1L;

  private final ModelSpec spec;
  private final boolean timed;
  private final EventReader<T> reader;
  private final Configuration options;
  private final OutputTag<Malformed<T>> malformedTag;
  private final TypeSerializer<T> serializer;
  private OutputTag<Prediction<T>> answersTag;
  private EngineSource engines = EngineProvider::choose;

  /**
   * @param timed true if an event without a timestamp is malformed
   */
  public FastWeightOperatorFactory(
      ModelSpec spec,
      boolean timed,
      EventReader<T> reader,
      Configuration options,
      OutputTag<Malformed<T>> malformedTag,
      TypeSerializer<T> serializer) {
    this.spec = spec;
    this.timed = timed;
    this.reader = reader;
    this.options = options;
    this.malformedTag = malformedTag;
    this.serializer = serializer;
    this.chainingStrategy = ChainingStrategy.ALWAYS;
  }

  /**
   * Has predictions go to a side output too, between marks of the keys that were {@linkplain
   * io.fastweights.operator.api.Forgotten forgotten}. It may be called until the job's graph is
   * made.
   */
  public void answerTo(OutputTag<Prediction<T>> tag) {
    this.answersTag = tag;
  }

  /** Replaces the source of the subtasks' engines. */
  public void use(EngineSource source) {
    this.engines = source;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <O extends StreamOperator<Prediction<T>>> O createStreamOperator(
      StreamOperatorParameters<Prediction<T>> parameters) {
    return (O)
        new FastWeightOperator<>(
            parameters,
            spec,
            timed,
            false,
            reader,
            options,
            malformedTag,
            answersTag,
            serializer.duplicate(),
            engines);
  }

  /** The same operator with an input for new weights. */
  RefreshedOperator<T> createRefreshed(StreamOperatorParameters<Prediction<T>> parameters) {
    return new RefreshedOperator<>(
        parameters,
        spec,
        timed,
        reader,
        options,
        malformedTag,
        answersTag,
        serializer.duplicate(),
        engines);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return FastWeightOperator.class;
  }
}
