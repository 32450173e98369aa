package io.fastweights.jobs.train;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SecondStage;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.Scoring;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.train.sequence.SequenceBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Events by their second keys, each with the answer that the first key's trained model gives before
 * it learns the event. They are in the order in which a running job takes them at the second key:
 * by time, then by the first key, then as they came.
 */
final class PairSequences {
  /** The job compares the bytes of keys, which begin with the length. */
  private static final Comparator<PairEvent> ORDER =
      Comparator.<PairEvent>comparingLong(event -> event.event().timestamp())
          .thenComparingInt(event -> event.first().length())
          .thenComparing(PairEvent::first);

  private PairSequences() {}

  /**
   * @param events in the order of each first key's events
   * @param schema of the first model, whose {@link SecondStage} is that of the sequences
   */
  static List<EventSequence> of(
      List<PairEvent> events, SlowWeights first, Schema schema, int threads)
      throws MalformedEventException {
    SecondStage stage = new SecondStage(schema);
    Map<String, Answers> answers = answers(events, first, schema, threads);
    List<PairEvent> answered = new ArrayList<>(events.size());
    for (PairEvent event : events) {
      EncodedEvent second = stage.with(event.event(), answers.get(event.first()).next());
      answered.add(new PairEvent(event.first(), event.second(), second));
    }
    answered.sort(ORDER);
    SequenceBuilder builder = new SequenceBuilder(stage.schema());
    answered.forEach(event -> builder.add(event.second(), event.event()));
    return builder.build();
  }

  private static Map<String, Answers> answers(
      List<PairEvent> events, SlowWeights first, Schema schema, int threads) {
    SequenceBuilder builder = new SequenceBuilder(schema);
    events.forEach(event -> builder.add(event.first(), event.event(), 0));
    List<EventSequence> sequences = builder.build();
    float[][] outputs = Scoring.outputs(first, sequences, threads);
    Map<String, Answers> answers = new HashMap<>();
    for (int i = 0; i < outputs.length; i++) {
      answers.put(sequences.get(i).key(), new Answers(schema.target(), outputs[i]));
    }
    return answers;
  }

  /** A first key's answers, one after the other. */
  private static final class Answers {
    private final Target target;
    private final float[] outputs;
    private final float[] answer;
    private int at;

    Answers(Target target, float[] outputs) {
      this.target = target;
      this.outputs = outputs;
      this.answer = new float[target.dim()];
    }

    /** Valid until the next call. */
    float[] next() {
      float[] one = Arrays.copyOfRange(outputs, at, at + answer.length);
      target.predict(one, 0, true, answer);
      at += answer.length;
      return answer;
    }
  }
}
