package io.fastweights.operator.stored;

import org.apache.flink.annotation.Internal;

/**
 * Names of the operators' states and timer services, and the ends of their uids. A savepoint holds
 * them: changing one loses the users' state under it. The memories' states are named in {@link
 * io.fastweights.state.FastWeightStore}.
 *
 * <p>The end of an operator's uid stands behind the uid that the user gave the builder.
 */
@Internal
public final class StoredNames {
  /** Keyed value state: the event time at which the timer of a key's expiry is set. */
  public static final String EXPIRY_TIMER = "fast-weights-timer";

  /**
   * Timer service of the keys' expiry; up to format 6 also union list state: the ttl of each
   * subtask.
   */
  public static final String EXPIRY = "fast-weights-ttl";

  /** Broadcast state: what each subtask knows of the timers of its keys' expiry. */
  public static final String EXPIRY_WATCHED = "fast-weights-watched";

  /** Number in that state: the level of knowledge. */
  public static final String WATCHED = "watched";

  /** Broadcast state: the refreshed weights that are served, under the same name. */
  public static final String SERVED_WEIGHTS = "fast-weights-served";

  /** Union list state up to format 6: the refreshed weights that are served. */
  public static final String SERVED_WEIGHTS_6 = "fast-weights-model";

  /** Broadcast state of the checker: the last accepted update, under the same name. */
  public static final String CHECKED_VERSION = "checked-version";

  /** Union list state up to format 6: the checker's last accepted update. */
  public static final String CHECKED_VERSION_6 = "checked-model";

  /** Keyed list state in the namespace of each time: events that wait for the watermark. */
  public static final String WAITING_EVENTS = "waiting-by-time";

  /** Keyed map state up to format 6: events that wait for the watermark, by their time. */
  public static final String WAITING_EVENTS_6 = "waiting";

  /** Broadcast state: numbers of each subtask of the event-time sorter. */
  public static final String SORTER = "sorted-until";

  /** Number of the sorter: its watermark. */
  public static final String WATERMARK = "watermark";

  /** Number of the sorter: how many events wait. */
  public static final String WAITING = "waiting";

  /** Union list state up to format 6: the watermark of each subtask of the event-time sorter. */
  public static final String SORTER_6 = "watermark";

  /** Timer service of the event-time sorter. */
  public static final String EVENT_TIME = "event-time";

  /** Keyed map state: asks that wait for their labels, by id. */
  public static final String WAITING_ASKS = "asked";

  /** Keyed value state: the statistics of a key's errors. */
  public static final String ERRORS = "errors";

  /** State of the SQL function: at most one base. */
  public static final String SQL_BASE = "base";

  /** State of the SQL function: the events logged since the base. */
  public static final String SQL_LOG = "log";

  /** State of the SQL function: at most one entry, the statistics of a partition's errors. */
  public static final String SQL_ERRORS = "errors";

  /** End of the uid of the operator that checks new weights. */
  public static final String CHECKER_UID = "-models";

  /** End of the uid of the event-time sorter. */
  public static final String SORTER_UID = "-event-time";

  /** End of the uid of the operator that compares predictions with labels. */
  public static final String SCORER_UID = "-scores";

  /** End of the uid of the operator that rates errors. */
  public static final String ANOMALY_UID = "-anomalies";

  /** End of the uid of a shadow; it precedes the ends of the operators beside the shadow. */
  public static final String SHADOW_UID = "-shadow";

  /** End of the uid of the operator that merges questions and facts. */
  public static final String JOIN_UID = "-questions-and-facts";

  /** End of the uid of the second key's operator; it precedes the ends of those beside it. */
  public static final String SECOND_UID = "-second";

  /** End of the uid of the operator that adds the answers of two keys; it has no state. */
  public static final String ANSWER_UID = "-answers";

  /** End of the uid of the operator that gives two keys' answers their ratings; it has no state. */
  public static final String ANOMALY_ANSWER_UID = "-anomaly-answers";

  /** End of the uid of the operator that gives the second key's malformed events; no state. */
  public static final String SECOND_MALFORMED_UID = "-second-malformed";

  /** End of the uid of the operator that gives the second key's late events; no state. */
  public static final String SECOND_LATE_UID = "-second-late";

  private StoredNames() {}
}
