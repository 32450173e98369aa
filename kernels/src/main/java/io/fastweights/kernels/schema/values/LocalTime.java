package io.fastweights.kernels.schema.values;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Local time of a zone, without the objects that java.time makes of it. */
public final class LocalTime {
  /** Milliseconds of a day. */
  public static final long DAY_MILLIS = 86_400_000;

  private static final long DAY_SECONDS = 86_400;
  private static final int THURSDAY = 3;

  private LocalTime() {}

  /** Milliseconds since midnight. */
  public static long millisOfDay(long timestamp, ZoneId zone) {
    return Math.floorMod(seconds(timestamp, zone), DAY_SECONDS) * 1000
        + Math.floorMod(timestamp, 1000);
  }

  /** Day of the week, 0 for Monday. */
  public static int dayOfWeek(long timestamp, ZoneId zone) {
    // 1970-01-01 was a Thursday.
    return (int) Math.floorMod(Math.floorDiv(seconds(timestamp, zone), DAY_SECONDS) + THURSDAY, 7L);
  }

  private static long seconds(long timestamp, ZoneId zone) {
    ZoneOffset offset =
        zone instanceof ZoneOffset fixed
            ? fixed
            : zone.getRules().getOffset(Instant.ofEpochMilli(timestamp));
    return Math.floorDiv(timestamp, 1000L) + offset.getTotalSeconds();
  }
}
