package io.fastweights.jobs.init;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the name of a column tells. */
final class Names {
  /** Whose events a memory should be of, the likeliest first. */
  private static final List<String> KEYS =
      List.of(
          "user",
          "customer",
          "client",
          "member",
          "account",
          "subscriber",
          "patient",
          "student",
          "player",
          "visitor",
          "session",
          "case",
          "ticket",
          "incident",
          "device",
          "sensor",
          "machine",
          "meter",
          "turbine",
          "pump",
          "asset",
          "host",
          "server",
          "vehicle",
          "driver",
          "courier",
          "employee",
          "seller",
          "vendor",
          "supplier",
          "card",
          "merchant",
          "symbol",
          "ticker",
          "store",
          "shop",
          "station",
          "airport",
          "origin",
          "location",
          "site",
          "city",
          "county",
          "country",
          "region",
          "entity",
          "source",
          "item",
          "product",
          "sku",
          "movie",
          "film",
          "song",
          "artist",
          "skill",
          "key");

  private static final Set<String> TIMES =
      Set.of("time", "timestamp", "date", "datetime", "ts", "when", "at", "day", "month", "year");

  private static final List<String> TARGETS =
      List.of(
          "target", "label", "class", "outcome", "y", "rating", "score", "late", "delay", "correct",
          "clicked", "churn", "fraud", "price", "next");

  private static final Set<String> CODES =
      Set.of(
          "id", "code", "type", "class", "category", "kind", "status", "activity", "label", "zip");

  private Names() {}

  /** The words of a name: {@code userId}, {@code user_id} and {@code User ID} are user, id. */
  static List<String> words(String name) {
    String parted = name.replaceAll("([a-z0-9])([A-Z])", "$1 $2");
    return List.of(parted.toLowerCase(Locale.ROOT).trim().split("[^a-z0-9]+"));
  }

  /** Smaller is likelier; -1 for a name that is none of a key. */
  static int asKey(String name) {
    List<String> words = words(name);
    for (int i = 0; i < KEYS.size(); i++) {
      String key = KEYS.get(i);
      if (words.stream().anyMatch(word -> word.equals(key) || word.equals(key + "id"))) {
        return i;
      }
    }
    return isId(words) ? KEYS.size() : -1;
  }

  private static boolean isId(List<String> words) {
    String last = words.get(words.size() - 1);
    return last.equals("id") || last.equals("uid") || last.equals("uuid");
  }

  static boolean isTime(String name) {
    return words(name).stream().anyMatch(Names::isTimeWord);
  }

  private static boolean isTimeWord(String word) {
    return TIMES.contains(word)
        || word.endsWith("timestamp")
        || word.endsWith("time")
        || word.endsWith("date");
  }

  /** Smaller is likelier. */
  static int asTarget(String name) {
    List<String> words = words(name);
    for (int i = 0; i < TARGETS.size(); i++) {
      if (words.contains(TARGETS.get(i))) {
        return i;
      }
    }
    return TARGETS.size();
  }

  /** True if whole numbers of this name are codes, which have no order. */
  static boolean isCode(String name) {
    List<String> words = words(name);
    return words.stream().anyMatch(CODES::contains) || words.get(words.size() - 1).endsWith("id");
  }
}
