package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

/** A job's files do not depend on the locale, time zone and character set of the machine. */
class EnvironmentITCase extends CommandTest {
  private static final int EVENTS = 300;

  private static final Map<String, String> ZONES_OF_LOCALES =
      Map.of(
          "ar-EG", "America/St_Johns",
          "fa-IR", "Asia/Kolkata",
          "bn-BD", "UTC",
          "hi-IN-u-nu-deva", "UTC",
          "tr-TR", "UTC",
          "th-TH-u-ca-buddhist-nu-thai", "Asia/Kolkata");

  @Test
  void localesTimeZonesAndCharacterSetsLeaveNoTrace() throws Exception {
    List<String> expected = in("en", "UTC");
    assertThat(expected).hasSizeGreaterThan(EVENTS);
    for (Map.Entry<String, String> entry : ZONES_OF_LOCALES.entrySet()) {
      assertThat(in(entry.getKey(), entry.getValue())).as("%s", entry).isEqualTo(expected);
    }
    assertThat(inOtherCharacters()).isEqualTo(expected);
  }

  /** Runs the job in a JVM of its own: a JVM reads its character set once. */
  private List<String> inOtherCharacters() throws Exception {
    List<String> options =
        List.of(
            "-Xmx512m",
            "-Dfile.encoding=ISO-8859-1",
            "-Duser.language=ar",
            "-Duser.country=EG",
            "-Duser.timezone=America/St_Johns");
    Result ended = MainProcess.run(folder, options, Map.of(), arguments("process"));
    assertThat(ended.err()).isEmpty();
    assertThat(ended.exitCode()).isZero();
    return written("process");
  }

  /** Runs the job in this JVM with other defaults, which no other test runs beside. */
  private List<String> in(String locale, String zone) throws Exception {
    Locale usual = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(locale));
    TimeZone.setDefault(TimeZone.getTimeZone(zone));
    try {
      Result result = execute(arguments(locale).toArray());
      assertThat(result.err()).isEmpty();
      assertThat(result.exitCode()).isZero();
    } finally {
      Locale.setDefault(usual);
      TimeZone.setDefault(null);
    }
    return written(locale);
  }

  private List<String> arguments(String name) throws Exception {
    String output = folder.resolve(name).toString();
    List<String> arguments = new ArrayList<>(List.of("run", "--events", events().toString()));
    arguments.addAll(List.of("--schema", schema().toString(), "--output", output));
    arguments.addAll(List.of("--parallelism", "1"));
    return arguments;
  }

  private List<String> written(String name) throws Exception {
    List<String> lines = new ArrayList<>(lines(folder.resolve(name + "/predictions")));
    lines.addAll(lines(folder.resolve(name + "/malformed")));
    return lines;
  }

  private Path events() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    List<String> lines = new ArrayList<>(List.of("user,time,page,price,outcome"));
    for (int i = 0; i < EVENTS; i++) {
      String time = i % 2 == 0 ? "" + 60_000L * i : "1970-01-01T0" + i / 60 + ":" + (10 + i % 50);
      String outcome = List.of("buy", "leave", "").get(random.nextInt(3));
      lines.add("\u00fc" + i % 7 + "," + time + ",\u0661," + random.nextDouble(20) + "," + outcome);
    }
    lines.add("u,1,2");
    lines.add("u,yesterday,p,1,buy");
    return Files.write(folder.resolve("events.csv"), lines);
  }
}
