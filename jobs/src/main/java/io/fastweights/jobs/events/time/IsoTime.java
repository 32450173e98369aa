package io.fastweights.jobs.events.time;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.IsoFields;

/**
 * Reads a time of ISO 8601: dates of calendar, week and year, extended or basic, to the day, hour,
 * minute, second or any fraction, with T or a blank before the time. Beside the standard, as
 * databases and Java write them: a blank before the offset, UTC and GMT, and a region in brackets.
 * Reused from time to time.
 */
final class IsoTime {
  private static final long DAY = 86_400_000;
  private static final int MOST_OFFSET_SECONDS = 18 * 3600;

  private String text;
  private int at;
  private boolean basic;
  private long localMillis;
  private boolean hasOffset;
  private int offsetSeconds;
  private ZoneId region;

  /** True if the text is such a time; then the other methods return it. */
  boolean read(String of) {
    text = of;
    at = 0;
    hasOffset = false;
    offsetSeconds = 0;
    region = null;
    try {
      localMillis = date() * DAY;
      if (!ended()) {
        separator();
        localMillis += time();
        offset();
        bracketed();
      }
      return ended();
    } catch (DateTimeException e) {
      return false;
    }
  }

  /** Milliseconds since 1970-01-01 by the clock that the text shows. */
  long localMillis() {
    return localMillis;
  }

  boolean hasOffset() {
    return hasOffset;
  }

  int offsetSeconds() {
    return offsetSeconds;
  }

  /** The region in brackets; null where there is none. */
  ZoneId region() {
    return region;
  }

  private boolean ended() {
    return at == text.length();
  }

  private char peek() {
    return ended() ? 0 : text.charAt(at);
  }

  private boolean take(char c) {
    boolean taken = peek() == c;
    at += taken ? 1 : 0;
    return taken;
  }

  private static DateTimeException no() {
    return new DateTimeException("");
  }

  private int digits(int count) {
    if (at + count > text.length()) {
      throw no();
    }
    int value = 0;
    for (int i = 0; i < count; i++) {
      int digit = text.charAt(at + i) - '0';
      if (digit < 0 || digit > 9) {
        throw no();
      }
      value = 10 * value + digit;
    }
    at += count;
    return value;
  }

  private int digitsAhead() {
    int to = at;
    while (to < text.length() && text.charAt(to) >= '0' && text.charAt(to) <= '9') {
      to++;
    }
    return to - at;
  }

  private int within(int value, int least, int most) {
    if (value < least || value > most) {
      throw no();
    }
    return value;
  }

  /** Days since 1970-01-01. */
  private long date() {
    int year = digits(4);
    basic = !take('-');
    if (take('W')) {
      return week(year);
    }
    if (digitsAhead() == 3) {
      return LocalDate.ofYearDay(year, within(digits(3), 1, Year.of(year).length())).toEpochDay();
    }
    int month = within(digits(2), 1, 12);
    if (!basic && !take('-')) {
      throw no();
    }
    int day = digits(2);
    if (day > 28) {
      within(day, 1, YearMonth.of(year, month).lengthOfMonth());
    }
    return LocalDate.of(year, month, within(day, 1, 31)).toEpochDay();
  }

  private long week(int year) {
    int week = digits(2);
    if (!basic && !take('-')) {
      throw no();
    }
    LocalDate january4 = LocalDate.of(year, 1, 4);
    int weeks = (int) january4.range(IsoFields.WEEK_OF_WEEK_BASED_YEAR).getMaximum();
    return january4
        .with(IsoFields.WEEK_OF_WEEK_BASED_YEAR, within(week, 1, weeks))
        .with(java.time.DayOfWeek.of(within(digits(1), 1, 7)))
        .toEpochDay();
  }

  private void separator() {
    if (!take('T') && !take('t') && !take(' ')) {
      throw no();
    }
  }

  /** Milliseconds of a day. */
  private long time() {
    int hour = within(digits(2), 0, 24);
    boolean colon = take(':');
    boolean more = colon || digitsAhead() >= 2;
    int minute = more ? within(digits(2), 0, 59) : 0;
    boolean seconds = more && (colon ? take(':') : digitsAhead() >= 2);
    // A leap second is the first of the next day, as everywhere that has none.
    int second = seconds ? within(digits(2), 0, hour == 23 && minute == 59 ? 60 : 59) : 0;
    long millis = ((hour * 60L + minute) * 60 + second) * 1000;
    if (seconds && (take('.') || take(','))) {
      millis += fraction();
    }
    if (millis > DAY && second < 60) {
      throw no();
    }
    return millis;
  }

  private int fraction() {
    int digits = digitsAhead();
    if (digits == 0) {
      throw no();
    }
    int millis = 0;
    for (int i = 0; i < 3; i++) {
      millis = 10 * millis + (i < digits ? text.charAt(at + i) - '0' : 0);
    }
    at += digits;
    return millis;
  }

  private void offset() {
    int before = at;
    take(' ');
    if (take('Z') || take('z') || word("UTC") || word("GMT")) {
      hasOffset = true;
      return;
    }
    boolean minus = peek() == '-';
    if (!minus && peek() != '+') {
      at = before;
      return;
    }
    at++;
    int seconds = 3600 * digits(2);
    if (take(':') || digitsAhead() >= 2) {
      seconds += 60 * within(digits(2), 0, 59);
      if (take(':') || digitsAhead() >= 2) {
        seconds += within(digits(2), 0, 59);
      }
    }
    offsetSeconds = within(seconds, 0, MOST_OFFSET_SECONDS) * (minus ? -1 : 1);
    hasOffset = true;
  }

  private boolean word(String word) {
    boolean there = text.startsWith(word, at);
    at += there ? word.length() : 0;
    return there;
  }

  private void bracketed() {
    if (take('[')) {
      int end = text.indexOf(']', at);
      if (end < 0) {
        throw no();
      }
      region = ZoneId.of(text.substring(at, end));
      at = end + 1;
    }
  }
}
