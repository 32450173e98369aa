package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.FastWeightOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.DescribedEnum;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.configuration.description.TextElement;
import org.apache.flink.util.TimeUtils;
import org.junit.jupiter.api.Test;

/**
 * The table of options is written from the options; {@code -Dfastweights.write-docs=true} writes
 * it.
 */
class DocumentationTest {
  private static final Path OPTIONS =
      Path.of(System.getProperty("basedir", "."), "..", "docs", "options.md");

  private static final String HEAD =
      """
      # Options

      Set on the builder (`.set(FastWeightOptions.LINGER, ...)`), or for all operators of a job in
      Flink's configuration under these keys; the builder wins. This table is written by

      <!-- not run: writes this page anew; every build compares it, by DocumentationTest -->
          mvn test -pl operator -am -Dtest=DocumentationTest -Dsurefire.failIfNoSpecifiedTests=false -Dfastweights.write-docs=true

      | Key | Default | Type | Meaning |
      | --- | --- | --- | --- |
      """;

  @Test
  void theTableOfOptionsIsThatOfTheCode() throws IOException {
    String table =
        FastWeightOptions.all().stream()
            .map(DocumentationTest::row)
            .collect(Collectors.joining("\n", HEAD, "\n"));
    if (Boolean.getBoolean("fastweights.write-docs")) {
      Files.writeString(OPTIONS, table);
    }
    assertThat(OPTIONS)
        .as("stale: run DocumentationTest with -Dfastweights.write-docs=true")
        .content()
        .isEqualTo(table);
  }

  private static String row(ConfigOption<?> option) {
    Object value = option.defaultValue();
    String text = new HtmlFormatter().format(option.description());
    if (value instanceof DescribedEnum choice) {
      text += " " + choices(choice);
    }
    return String.format(
        Locale.ROOT, "| `%s` | `%s` | %s | %s |", option.key(), shown(value), type(value), text);
  }

  private static String choices(DescribedEnum choice) {
    return Arrays.stream(choice.getClass().getEnumConstants())
        .map(constant -> String.format(Locale.ROOT, "`%s`: %s", constant, text(constant)))
        .collect(Collectors.joining(" "));
  }

  private static String text(DescribedEnum constant) {
    return ((TextElement) constant.getDescription()).getFormat();
  }

  private static String shown(Object value) {
    if (value instanceof Duration duration) {
      return TimeUtils.formatWithHighestUnit(duration);
    }
    if (value instanceof MemorySize size) {
      // Flink writes a size with the digits of the machine's locale.
      return size.getMebiBytes() + " mb";
    }
    if (value instanceof List<?> list && list.isEmpty()) {
      return "none";
    }
    return value instanceof List<?> list
        ? list.stream().map(Object::toString).collect(Collectors.joining(";"))
        : String.valueOf(value);
  }

  private static String type(Object value) {
    // An option whose default is an empty list is one of texts.
    return value instanceof List<?> list
        ? "list of " + (list.isEmpty() ? String.class : list.get(0).getClass()).getSimpleName()
        : value instanceof Enum<?> ? "choice" : value.getClass().getSimpleName();
  }
}
