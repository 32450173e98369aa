package io.fastweights.jobs.sizing;

import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.MemorySize;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code fastweights size}: what a job needs, by what was measured. */
@Command(
    name = "size",
    description = "Reckon cores, RAM, state and checkpoint traffic of a job.",
    footer = {
      "",
      "It interpolates in tables that were measured on one small machine (docs/sizing.md), and says",
      "which of its lines go beyond them. Keys come by Zipf's law; where all come equally often,",
      "nearly every event misses the cache. Try a tenth of the job before you buy the whole."
    })
public final class SizeCommand implements Callable<Integer> {
  private static final double MOST_KEYS = 1e12;
  private static final double MOST_EVENTS = 1e9;
  private static final double LEAST_MEMORY = 256;
  private static final double MOST_MEMORY = 16 * 1024 * 1024;
  private static final double HOURS_OF_MONTH = 730;
  private static final double GIB = 1 << 30;

  @Spec private CommandSpec command;

  @Option(
      names = "--keys",
      required = true,
      paramLabel = "N",
      description = "Number of keys, such as 1e9.")
  private double keys;

  @Option(
      names = "--events-per-second",
      required = true,
      paramLabel = "N",
      description = "At peak, such as 1e6.")
  private double eventsPerSecond;

  @Option(
      names = "--memory",
      required = true,
      paramLabel = "SIZE",
      converter = Bytes.class,
      description = "Of one key, such as 16KiB: the table in docs/concepts.md.")
  private MemorySize memory;

  @Option(
      names = "--core-hour",
      paramLabel = "PRICE",
      description = "Of a core; with prices, a month's costs are shown too.")
  private Double coreHour;

  @Option(names = "--ram-gib-hour", paramLabel = "PRICE", description = "Of a GiB of RAM.")
  private Double ramGibHour;

  @Option(
      names = "--storage-gib-month",
      paramLabel = "PRICE",
      description = "Of a GiB, on disks and in checkpoint storage alike.")
  private Double storageGibMonth;

  @Mixin private JsonFile json;

  /** Reads sizes as Flink writes them, and KiB for kb. */
  static final class Bytes implements ITypeConverter<MemorySize> {
    @Override
    public MemorySize convert(String text) {
      try {
        return MemorySize.parse(text.replaceFirst("(?<=[kKmMgG])i(?=[bB]$)", ""));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "' is no size, as 16KiB or 1mb are");
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    require("--keys", keys, 1, MOST_KEYS);
    require("--events-per-second", eventsPerSecond, 1, MOST_EVENTS);
    require("--memory", memory.getBytes(), LEAST_MEMORY, MOST_MEMORY);
    JobSize size = JobSize.of(keys, eventsPerSecond, memory.getBytes());
    PrintWriter out = command.commandLine().getOut();
    print(size, out);
    Figures figures = figures(size);
    if (coreHour != null || ramGibHour != null || storageGibMonth != null) {
      costs(size, figures, out);
    }
    out.flush();
    json.write(figures);
    return 0;
  }

  private static void require(String option, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is %,.0f, must be between %,.0f and %,.0f",
              option,
              value,
              least,
              most));
    }
  }

  private static void print(JobSize size, PrintWriter out) {
    line(out, "events a core takes in a second", rounded(size.eventsPerCore()));
    line(out, "cores that events at peak keep busy", rounded(size.coresForEvents()));
    line(out, "cores, to catch up after a restart too", rounded(size.cores()));
    line(out, "RAM, 512 MiB + 1 GiB a subtask", bytes(size.ram()));
    line(out, "state, if every key was seen once", bytes(size.stateOnce()));
    line(
        out,
        "state, if every key is old",
        bytes(size.stateOldLeast()) + " to " + bytes(size.stateOldMost()));
    line(out, "local disk of a subtask, old keys", bytes(size.stateOldMost() / size.cores()));
    line(
        out,
        "to checkpoint storage, with one a second",
        bytes(size.checkpointBytesPerSecond()) + "/s");
    extrapolated(size).forEach(out::println);
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf(Locale.ROOT, "%-42s%s%n", name, value);
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private static String money(double value) {
    return String.format(Locale.ROOT, "%,.2f", value);
  }

  /** What lies beyond the measured tables, a sentence each. */
  static List<String> extrapolated(JobSize size) {
    MeasuredJobs measured = MeasuredJobs.INSTANCE;
    List<String> beyond = new ArrayList<>();
    if (size.coresForEvents() > 2) {
      beyond.add(
          String.format(
              Locale.ROOT,
              "extrapolated: %,d cores; 2 were measured, and that cores add up is assumed",
              size.cores()));
    }
    if (size.keysPerSubtask() > measured.mostKeys()) {
      beyond.add(
          String.format(
              Locale.ROOT,
              "extrapolated: %,.0f keys a subtask; at most %,.0f were measured",
              size.keysPerSubtask(),
              measured.mostKeys()));
    }
    if (size.memory() < measured.leastMemory() || size.memory() > measured.mostMemory()) {
      beyond.add(
          String.format(
              Locale.ROOT,
              "extrapolated: memories of %s; %s to %s were measured",
              bytes(size.memory()),
              bytes(measured.leastMemory()),
              bytes(measured.mostMemory())));
    }
    return beyond;
  }

  private static Figures figures(JobSize size) {
    return new Figures()
        .put("keys", size.keys())
        .put("eventsPerSecond", size.eventsPerSecond())
        .put("memoryBytes", size.memory())
        .put("eventsPerCore", size.eventsPerCore())
        .put("coresForEvents", size.coresForEvents())
        .put("cores", size.cores())
        .put("ramBytes", size.ram())
        .put("stateBytesSeenOnce", size.stateOnce())
        .put("stateBytesOldLeast", size.stateOldLeast())
        .put("stateBytesOldMost", size.stateOldMost())
        .put("checkpointBytesPerSecond", size.checkpointBytesPerSecond())
        .put("extrapolated", String.join("; ", extrapolated(size)));
  }

  /** Old keys are on local disks and in checkpoint storage. */
  private void costs(JobSize size, Figures figures, PrintWriter out) {
    double processors = size.cores() * price("--core-hour", coreHour) * HOURS_OF_MONTH;
    double ram = size.ram() / GIB * price("--ram-gib-hour", ramGibHour) * HOURS_OF_MONTH;
    double storage = 2 * size.stateOldMost() / GIB * price("--storage-gib-month", storageGibMonth);
    line(out, "a month of cores", money(processors));
    line(out, "a month of RAM", money(ram));
    line(out, "a month of storage, if every key is old", money(storage));
    figures.put("coresMonth", processors).put("ramMonth", ram).put("storageMonth", storage);
  }

  private static double price(String option, Double price) {
    double value = price == null ? 0 : price;
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(option + " is " + value + ", must be at least 0");
    }
    return value;
  }

  private static String bytes(double bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    boolean fraction = value < 10 && unit > 0 && value % 1 != 0;
    return String.format(Locale.ROOT, fraction ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }
}
