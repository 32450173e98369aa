package io.fastweights.operator.testkit;

import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Ranking;
import io.fastweights.operator.api.Scored;
import java.util.List;
import java.util.Locale;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Something that a job put out, as a line with the bits of its numbers: two jobs agree if their
 * lines do.
 *
 * @param key whose subtask emits it; null if every subtask does
 */
public record Output(Stream stream, String key, String line) {
  /** Output stream of the record. */
  public enum Stream {
    PREDICTIONS,
    SCORED,
    LATE,
    MALFORMED,
    REFUSED_MODELS
  }

  /** True if the record belongs to a subtask. */
  public boolean isOf(int subtask, int parallelism) {
    return key == null
        || subtask
            == KeyGroupRangeAssignment.assignKeyToParallelOperator(
                key, KeyedHarness.MAX_PARALLELISM, parallelism);
  }

  /** The lines of one stream. */
  public static List<String> lines(Stream stream, List<Output> outputs) {
    return outputs.stream().filter(output -> output.stream == stream).map(Output::line).toList();
  }

  public static Output predicted(Prediction<Trip> prediction, boolean stamped) {
    float[] target = prediction.target();
    return new Output(
        Stream.PREDICTIONS,
        prediction.event().key,
        String.format(
            Locale.ROOT,
            "%s, seen %d, version %d, id %s, target%s, %s",
            Answers.of(prediction),
            prediction.seen(),
            prediction.modelVersion(),
            prediction.id(),
            target == null ? " unknown" : Answers.bits(target),
            stamped ? "stamped" : "not stamped"));
  }

  public static Output scored(
      Prediction<Trip> answer, boolean asked, float[] predicted, long predictedAt, int rank) {
    return new Output(
        Stream.SCORED,
        answer.event().key,
        String.format(
            Locale.ROOT,
            "%d, id %s, asked %s:%s at %d, true%s at %d, recall%s%s",
            answer.event().id,
            answer.id(),
            asked,
            Answers.bits(predicted),
            predictedAt,
            Answers.bits(answer.target()),
            answer.timestamp(),
            Answers.bits(answer.recallError()),
            rank == Ranking.NONE ? "" : ", rank " + rank));
  }

  public static Output scored(Scored<Trip> scored) {
    Prediction<Trip> answer =
        new Prediction<>(scored.event(), scored.answeredAt(), true, null, scored.recallError())
            .labelled(scored.id(), scored.target());
    return scored(answer, scored.asked(), scored.predicted(), scored.predictedAt(), scored.rank());
  }

  public static Output late(Trip trip) {
    return new Output(Stream.LATE, trip.key, trip.id + " late");
  }

  public static Output malformed(Trip trip) {
    return new Output(Stream.MALFORMED, trip.key, Answers.refusal(trip));
  }

  public static Output refused(String path, long version) {
    return new Output(
        Stream.REFUSED_MODELS, null, String.format(Locale.ROOT, "version %d of %s", version, path));
  }

  /** A watermark or a status, which no record may change places with. */
  public static Output mark(Stream stream, Object mark) {
    return new Output(stream, null, mark.toString());
  }
}
