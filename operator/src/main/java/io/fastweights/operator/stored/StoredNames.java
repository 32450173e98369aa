package io.fastweights.operator.stored;

import org.apache.flink.annotation.Internal;

/**
 * Names of the operators' states and timer services, and the ends of their uids. A savepoint holds
 * them: to change one is to lose what users have stored under it. The memories' states are named in
 * {@link io.fastweights.state.FastWeightStore}.
 *
 * <p>The end of an operator's uid stands behind the uid that the user gave the builder.
 */
@Internal
public final class StoredNames {
  /** Keyed value state: the event time at which the timer of a key's expiry is set. */
  public static final String EXPIRY_TIMER = "fast-weights-timer";

  /** Timer service of the keys' expiry; also union list state: the ttl of each subtask. */
  public static final String EXPIRY = "fast-weights-ttl";

  /** Union list state: the refreshed weights that are served. */
  public static final String SERVED_WEIGHTS = "fast-weights-model";

  /** Union list state of the checker: version, generation and memory shape accepted last. */
  public static final String CHECKED_VERSION = "checked-model";

  /** Keyed map state: events that wait for the watermark, by their time. */
  public static final String WAITING_EVENTS = "waiting";

  /** Union list state: the watermark of each subtask of the event-time sorter. */
  public static final String WATERMARK = "watermark";

  /** Timer service of the event-time sorter. */
  public static final String EVENT_TIME = "event-time";

  /** Keyed map state: asks that wait for their labels, by id. */
  public static final String WAITING_ASKS = "asked";

  /** State of the SQL function: at most one base. */
  public static final String SQL_BASE = "base";

  /** State of the SQL function: the events logged since the base. */
  public static final String SQL_LOG = "log";

  /** End of the uid of the operator that checks new weights. */
  public static final String CHECKER_UID = "-models";

  /** End of the uid of the event-time sorter. */
  public static final String SORTER_UID = "-event-time";

  /** End of the uid of the operator that compares predictions with labels. */
  public static final String SCORER_UID = "-scores";

  /** End of the uid of a shadow; it precedes the ends of the operators beside the shadow. */
  public static final String SHADOW_UID = "-shadow";

  /** End of the uid of the operator that merges questions and facts. */
  public static final String JOIN_UID = "-questions-and-facts";

  private StoredNames() {}
}
