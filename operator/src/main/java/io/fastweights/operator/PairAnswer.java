package io.fastweights.operator;

import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.api.Prediction;
import org.apache.flink.api.common.functions.MapFunction;

/** Makes one prediction of the answers of both memories. */
final class PairAnswer<T> implements MapFunction<Prediction<Prediction<T>>, Prediction<T>> {
  private static final long serialVersionUID = 1L;

  private final String schema;
  private final String firstKey;
  private final String secondKey;
  private final boolean trained;
  private transient PairModel model;

  PairAnswer(PairModel model) {
    this.schema = SchemaJson.write(model.whole());
    this.firstKey = model.firstKey();
    this.secondKey = model.secondKey();
    this.trained = model.trained();
  }

  @Override
  public Prediction<T> map(Prediction<Prediction<T>> second) {
    if (model == null) {
      model = new PairModel(SchemaJson.parse(schema), firstKey, secondKey, trained);
    }
    Prediction<T> first = second.event();
    return new Prediction<>(
        first.event(),
        first.timestamp(),
        first.observed(),
        model.prediction(first.values(), second.values(), first.seen() + second.seen()),
        second.recallError(),
        first.id(),
        first.target(),
        second.embedding(),
        second.modelVersion(),
        Math.min(first.seen(), second.seen()));
  }
}
