package io.fastweights.operator;

import io.fastweights.operator.testkit.Trips;
import java.util.Locale;

/** An element of the test streams. */
public class Trip {
  public long id;
  public String key;
  public long time;
  public boolean ask;
  public String place;
  public String user;

  /** A number, as text. */
  public String distance;

  /** The target. */
  public String outcome;

  /** Id that joins an ask with the observe of its label; null for none. */
  public String label;

  /** For Flink's serializer. */
  public Trip() {}

  public Trip(long id, String key, long time) {
    this.id = id;
    this.key = key;
    this.time = time;
    place = "harbour";
    user = "u" + id % 5;
    distance = Long.toString(id % 13);
    outcome = Trips.OUTCOMES.get((int) (id % 3));
  }

  /** The same trip as an ask, which does not know its outcome. */
  public Trip asked() {
    ask = true;
    outcome = null;
    return this;
  }

  public String key() {
    return key;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %d of %s at %d (%s, %s, %s, %s)",
        ask ? "ask" : "observe",
        id,
        key,
        time,
        place,
        user,
        distance,
        outcome);
  }
}
