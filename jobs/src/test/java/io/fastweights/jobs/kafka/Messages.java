package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Messages of any form. */
final class Messages {
  private static final int MOST_HEADERS = 4;

  private Messages() {}

  /**
   * @param most bytes of a key, a value or a header
   */
  static Message any(SplittableRandom random, int most) {
    Map<String, byte[]> headers = new LinkedHashMap<>();
    for (int i = random.nextInt(MOST_HEADERS); i > 0; i--) {
      headers.put("\u00e9\u20ac".repeat(random.nextInt(1 + most / 6)), bytes(random, most));
    }
    return Message.of("from", random.nextLong(), bytes(random, most), bytes(random, most))
        .with(headers);
  }

  /** None one time out of four. */
  private static byte[] bytes(SplittableRandom random, int most) {
    if (random.nextInt(4) == 0) {
      return null;
    }
    byte[] bytes = new byte[random.nextInt(most)];
    random.nextBytes(bytes);
    return bytes;
  }
}
