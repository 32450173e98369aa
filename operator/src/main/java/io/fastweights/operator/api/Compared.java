package io.fastweights.operator.api;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * What the weights that serve and a candidate predicted for one event, and what came true.
 *
 * @param <T> element of the stream
 */
public final class Compared<T> {
  private T event;
  private boolean asked;
  private float[] target;
  private long answeredAt;
  private float[] live;
  private float[] candidate;
  private double liveLoss;
  private double candidateLoss;
  private long liveVersion;
  private long candidateVersion;

  /** For Flink's serializer. */
  public Compared() {}

  /**
   * @param answer the candidate's prediction for that of the weights that serve
   * @param live what those had predicted
   * @param candidate what the candidate had predicted
   * @param asked whether both are of an earlier ask
   */
  public static <T> Compared<T> of(
      Prediction<Prediction<T>> answer, boolean asked, float[] live, float[] candidate) {
    Compared<T> compared = new Compared<>();
    compared.event = answer.event().event();
    compared.asked = asked;
    compared.target = answer.target();
    compared.answeredAt = answer.timestamp();
    compared.live = live;
    compared.candidate = candidate;
    compared.liveVersion = answer.event().modelVersion();
    compared.candidateVersion = answer.modelVersion();
    return compared;
  }

  public Compared<T> losses(double ofLive, double ofCandidate) {
    liveLoss = ofLive;
    candidateLoss = ofCandidate;
    return this;
  }

  /** The observed element, which brought the target. */
  public T event() {
    return event;
  }

  /** Whether the predictions are those of an earlier ask; see {@link Scored#asked()}. */
  public boolean asked() {
    return asked;
  }

  /** What came true, as {@link Prediction#target()}. */
  public float[] target() {
    return target;
  }

  /** Time of the observed event, in milliseconds since 1970-01-01 UTC. */
  public long answeredAt() {
    return answeredAt;
  }

  /** What the weights that serve predicted, as {@link Prediction#values()}. */
  public float[] live() {
    return live;
  }

  /** What the candidate predicted. */
  public float[] candidate() {
    return candidate;
  }

  /** Logarithmic loss in nats, or of a number the absolute error. */
  public double liveLoss() {
    return liveLoss;
  }

  /** The candidate's; smaller is better. */
  public double candidateLoss() {
    return candidateLoss;
  }

  /** The version that served when the event was observed. */
  public long liveVersion() {
    return liveVersion;
  }

  /** The candidate's version; 0 for the one that the job began with. */
  public long candidateVersion() {
    return candidateVersion;
  }

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
    Map<String, TypeInformation<?>> fields = new HashMap<>();
    fields.put("event", element);
    fields.put("asked", Types.BOOLEAN);
    fields.put("target", Types.PRIMITIVE_ARRAY(Types.FLOAT));
    fields.put("answeredAt", Types.LONG);
    fields.put("live", Types.PRIMITIVE_ARRAY(Types.FLOAT));
    fields.put("candidate", Types.PRIMITIVE_ARRAY(Types.FLOAT));
    fields.put("liveLoss", Types.DOUBLE);
    fields.put("candidateLoss", Types.DOUBLE);
    fields.put("liveVersion", Types.LONG);
    fields.put("candidateVersion", Types.LONG);
    return Erased.pojo(Compared.class, fields);
  }
}
