package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fastweights.jobs.config.JobConfig;
import io.fastweights.jobs.config.JobConfigReader;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.operator.api.FastWeightOptions;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;

/**
 * An option of a job stands in the job's file, on the command line and in the documentation. The
 * records of the file and Flink's options declare it; the others are held against them.
 */
class JobKeysTest {
  private static final Path PAGE = Path.of("../docs/deployment.md");
  private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
  private static final Pattern DEFAULT = Pattern.compile("\\(default: ([^;)]+)[;)]");

  /** Values that the flags of a job's keys take; of any other flag it is a word. */
  private static final Map<String, String> VALUES =
      Map.of("--events", "events.csv", "--output", "out", "--format", "jsonl");

  /** Defaults that their descriptions say in words. */
  private static final Set<String> IN_WORDS =
      Set.of(
          "--kafka-group",
          "--kafka-max-lateness",
          "--kafka-avro-schema",
          "--max-malformed",
          "--ttl");

  /** Gives the test the options that a command would have. */
  static final class Options {
    @Mixin JobOptions job;
  }

  /** The types of a job's keys by their paths; sections aside. */
  private static Map<String, Class<?>> keys() {
    Map<String, Class<?>> keys = new TreeMap<>();
    add(JobConfig.class, "", keys);
    return keys;
  }

  private static void add(Class<?> section, String prefix, Map<String, Class<?>> keys) {
    for (RecordComponent component : section.getRecordComponents()) {
      String key = prefix + kebab(component.getName());
      if (component.getType().isRecord()) {
        add(component.getType(), key + ".", keys);
      } else {
        keys.put(key, component.getType());
      }
    }
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /** The keys that a flag of 'run' sets; none where it is no key of the file. */
  private static Set<String> keysOf(OptionSpec flag) throws Exception {
    RunCommand command = new RunCommand();
    List<String> arguments = new ArrayList<>(List.of(flag.longestName()));
    if (flag.arity().min() > 0) {
      arguments.add(VALUES.getOrDefault(flag.longestName(), "thing"));
    }
    new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(arguments.toArray(String[]::new));
    return command.given().keySet();
  }

  private static Map<String, Set<String>> flags() throws Exception {
    Map<String, Set<String>> flags = new LinkedHashMap<>();
    Set<String> ofExecution = names(new CommandLine(new Options()));
    for (OptionSpec flag : new CommandLine(new RunCommand()).getCommandSpec().options()) {
      boolean number = flag.type() == int.class || flag.type() == Integer.class;
      if (!ofExecution.contains(flag.longestName()) && !flag.hidden() && !number) {
        flags.put(flag.longestName(), keysOf(flag));
      }
    }
    return flags;
  }

  private static Set<String> names(CommandLine line) {
    Set<String> names = new TreeSet<>();
    line.getCommandSpec().options().forEach(option -> names.add(option.longestName()));
    return names;
  }

  @Test
  void everyFlagOfAJobSetsKeysThatItsFileHas() throws Exception {
    Set<String> keys = keys().keySet();
    int set = 0;
    for (Map.Entry<String, Set<String>> flag : flags().entrySet()) {
      assertThat(keys).as(flag.getKey()).containsAll(flag.getValue());
      set += flag.getValue().isEmpty() ? 0 : 1;
    }
    assertThat(set).as("flags that set a key").isGreaterThan(14);
  }

  @Test
  void everyKeyOfAJobIsInAnExampleOfThePage() throws Exception {
    Set<String> shown = new TreeSet<>();
    Matcher block = YAML.matcher(Files.readString(PAGE));
    while (block.find()) {
      flatten("", new YAMLMapper().readTree(block.group(1)), shown);
    }
    String prose = YAML.matcher(Files.readString(PAGE)).replaceAll("");
    for (String key : keys().keySet()) {
      String last = key.substring(key.lastIndexOf('.') + 1);
      boolean inWords = prose.matches("(?s).*[`{ ,]" + last + "[:`].*");
      assertThat(shown.contains(key) || inWords).as("%s names %s", PAGE, key).isTrue();
    }
  }

  private static void flatten(String key, JsonNode node, Set<String> into) {
    into.add(key);
    node.properties()
        .forEach(
            member ->
                flatten(
                    key.isEmpty() ? member.getKey() : key + "." + member.getKey(),
                    member.getValue(),
                    into));
  }

  @Test
  void theDefaultThatAFlagNamesIsThatOfItsKey() throws Exception {
    JobConfig job =
        JobConfigReader.read(
            null,
            Map.of(
                "source.kafka.brokers", "b:1",
                "source.kafka.topic", "in",
                "sink.kafka.brokers", "b:1",
                "sink.kafka.topic", "TOPIC"));
    JobConfig files =
        JobConfigReader.read(null, Map.of("source.files", "a", "sink.files.folder", "b"));
    int compared = 0;
    for (Map.Entry<String, Set<String>> flag : flags().entrySet()) {
      OptionSpec option =
          new CommandLine(new RunCommand()).getCommandSpec().findOption(flag.getKey());
      Matcher named = DEFAULT.matcher(String.join("", option.description()));
      if (flag.getValue().isEmpty() || IN_WORDS.contains(flag.getKey()) || !named.find()) {
        continue;
      }
      String key = flag.getValue().iterator().next();
      Object value = value(key.startsWith("sink.files") ? files : job, key);
      assertThat(named.group(1)).as("%s and %s", flag.getKey(), key).isEqualTo(text(value));
      compared++;
    }
    assertThat(compared).isGreaterThan(4);
  }

  private static Object value(Object section, String key) throws Exception {
    Object at = section;
    for (String name : key.split("\\.")) {
      for (RecordComponent component : at.getClass().getRecordComponents()) {
        if (kebab(component.getName()).equals(name)) {
          at = component.getAccessor().invoke(at);
          break;
        }
      }
    }
    return at;
  }

  private static String text(Object value) {
    return value instanceof Enum<?> choice
        ? choice.name().toLowerCase(Locale.ROOT).replace('_', '-')
        : String.valueOf(value);
  }

  @Test
  void theFlagsOfTheMemoriesHaveTheDefaultsOfTheirOptions() {
    Options options = new Options();
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs();
    Configuration job = options.job.job(new Configuration());
    int set = 0;
    for (ConfigOption<?> option : FastWeightOptions.all()) {
      if (job.contains(option)) {
        assertThat(job.get(option)).as(option.key()).isEqualTo(option.defaultValue());
        String flag = "--" + option.key().substring(option.key().lastIndexOf('.') + 1);
        assertThat(names(new CommandLine(new Options()))).contains(flag);
        set++;
      }
    }
    assertThat(set).isEqualTo(6);
  }
}
