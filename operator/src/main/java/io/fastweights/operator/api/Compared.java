package io.fastweights.operator.api;

import java.util.Arrays;
import java.util.Locale;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Predictions of the live weights and of a candidate for one event, and its label.
 *
 * @param event the observed element, which brought the label
 * @param asked true if the predictions are those of an earlier ask; see {@link Scored#asked()}
 * @param target the label, as {@link Prediction#target()}
 * @param answeredAt time of the observed event, in milliseconds since 1970-01-01 UTC
 * @param live prediction of the live weights, as {@link Prediction#values()}
 * @param candidate prediction of the candidate
 * @param liveLoss logarithmic loss in nats, or the absolute error of a number
 * @param candidateLoss the candidate's; smaller is better
 * @param liveVersion version of the live weights when the event was observed
 * @param candidateVersion the candidate's version; 0 for the one that the job was built with
 * @param <T> element of the stream
 */
@PublicEvolving
public record Compared<T>(
    T event,
    boolean asked,
    float[] target,
    long answeredAt,
    float[] live,
    float[] candidate,
    double liveLoss,
    double candidateLoss,
    long liveVersion,
    long candidateVersion) {

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Compared[%s, live %s lost %s, candidate %s lost %s, target %s at %d]",
        event,
        Arrays.toString(live),
        liveLoss,
        Arrays.toString(candidate),
        candidateLoss,
        Arrays.toString(target),
        answeredAt);
  }

  /** Type information made of the element's; no generic types. */
  public static <T> TypeInformation<Compared<T>> type(TypeInformation<T> element) {
    return Erased.pojo(Compared.class, element);
  }
}
