package io.fastweights.operator.api;

import java.util.Locale;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * A prediction and how improbable its error was for its key.
 *
 * @param prediction with the event
 * @param anomaly score in [0, 1]: 1 - p, where p is the probability of an error of this size, or of
 *     a run of errors, by the key's own earlier ones. 0 if the error is common, if it is not above
 *     the last highest rating of the 400 events before it, and for the first 50 events of a key.
 *     NaN if the target is not known yet, as for an ask
 * @param isAnomaly true if the score is an alarm at {@link FastWeightOptions#FALSE_ALARM_RATE}
 * @param <T> element of the stream
 */
@PublicEvolving
public record Anomaly<T>(Prediction<T> prediction, double anomaly, boolean isAnomaly) {

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "Anomaly[%s, %s, %s]", prediction, anomaly, isAnomaly ? "alarm" : "no alarm");
  }

  /** Type information made of the element's; no generic types. */
  public static <T> TypeInformation<Anomaly<T>> type(TypeInformation<T> element) {
    return Erased.pojo(Anomaly.class, Prediction.type(element));
  }
}
