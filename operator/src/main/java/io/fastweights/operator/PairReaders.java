package io.fastweights.operator;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.SecondStage;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.Prediction;

/** Readers of the events of a {@link FastWeightPair}, one for each memory. */
final class PairReaders {
  private PairReaders() {}

  /** Reads an element by the user's reader, as an event of the whole schema. */
  private abstract static class Part<T, E> implements EventReader<E> {
    private static final long serialVersionUID = 1L;

    private final String schema;
    private final int[] places;
    private final EventReader<T> reader;
    private transient RawEvent whole;

    Part(PairModel model, int[] places, EventReader<T> reader) {
      this.schema = SchemaJson.write(model.whole());
      this.places = places;
      this.reader = reader;
    }

    /** Fills the fields that the memory shares with the whole schema. */
    void readPart(T element, RawEvent event) throws MalformedEventException {
      event.take(readWhole(element, event.timestamp()), places);
    }

    /** The element as an event of the whole schema, which the next call overwrites. */
    RawEvent readWhole(T element, long timestamp) throws MalformedEventException {
      if (whole == null) {
        whole = schema().newEvent();
      }
      whole.clear();
      whole.timestamp(timestamp);
      reader.read(element, whole);
      if (whole.forgets()) {
        throw new MalformedEventException("an event of two keys can forget neither");
      }
      return whole;
    }

    /** The whole schema, parsed anew. */
    Schema schema() {
      return SchemaJson.parse(schema);
    }

    int fields() {
      return places.length;
    }
  }

  /** Events of the first memory. */
  static final class First<T> extends Part<T, T> {
    private static final long serialVersionUID = 1L;

    First(PairModel model, EventReader<T> reader) {
      super(model, model.firstPlaces(), reader);
    }

    @Override
    public void read(T element, RawEvent event) throws MalformedEventException {
      readPart(element, event);
    }
  }

  /** Events of the second memory, which carry the first memory's answer. */
  static final class Second<T> extends Part<T, Prediction<T>> {
    private static final long serialVersionUID = 1L;

    private final boolean number;

    Second(PairModel model, EventReader<T> reader) {
      super(model, model.secondPlaces(), reader);
      number = model.second().target() instanceof Target.Number;
    }

    @Override
    public void read(Prediction<T> first, RawEvent event) throws MalformedEventException {
      readPart(first.event(), event);
      float[] answer = first.values();
      for (int i = 0; i < answer.length; i++) {
        event.set(fields() + i, answer[i]);
      }
      if (first.target() != null) {
        float[] left = left(first.target(), answer);
        if (number) {
          event.target(left[0]);
        } else {
          event.target(left);
        }
      }
    }

    private static float[] left(float[] target, float[] answer) {
      float[] left = new float[answer.length];
      for (int i = 0; i < left.length; i++) {
        left[i] = target[i] - answer[i];
      }
      return left;
    }
  }

  /** Events of the second of two trained models, which predicts the target too. */
  static final class Stage<T> extends Part<T, Prediction<T>> {
    private static final long serialVersionUID = 1L;

    private transient SecondStage stage;

    Stage(PairModel model, EventReader<T> reader) {
      super(model, model.secondPlaces(), reader);
    }

    @Override
    public void read(Prediction<T> first, RawEvent event) throws MalformedEventException {
      if (stage == null) {
        stage = new SecondStage(schema());
      }
      RawEvent whole = readWhole(first.event(), event.timestamp());
      stage.fill(event, whole, first.values());
    }
  }
}
