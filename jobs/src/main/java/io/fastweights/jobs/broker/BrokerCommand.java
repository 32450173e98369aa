package io.fastweights.jobs.broker;

import io.fastweights.jobs.process.FreePort;
import io.fastweights.jobs.process.LocalProcess;
import io.fastweights.jobs.process.OwnFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights broker}: a Kafka broker on this machine, and its topics. */
@Command(
    name = "broker",
    description = "Start, use and stop a Kafka broker on this machine, to try jobs with topics.",
    subcommands = {
      BrokerCommand.Up.class,
      BrokerCommand.Status.class,
      BrokerCommand.Down.class,
      ProduceCommand.class,
      ConsumeCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "One process on 127.0.0.1 only, with one copy of everything: not for production."
    })
public final class BrokerCommand implements Callable<Integer> {
  private static final String HOST = "127.0.0.1";

  @Spec private CommandSpec command;

  @Override
  public Integer call() {
    command.commandLine().usage(command.commandLine().getOut());
    return 2;
  }

  /** The folder of the broker's options, log, process id and data. */
  static final class Place {
    @Option(
        names = "--folder",
        paramLabel = "FOLDER",
        defaultValue = "${sys:fastweights.work:-target}/broker",
        description = "Takes its topics, log and process id (default: ${DEFAULT-VALUE}).")
    private Path folder;

    Path folder() throws IOException {
      Path absolute = folder.toAbsolutePath().normalize();
      OwnFolder.check(absolute);
      return absolute;
    }

    private Path pid() throws IOException {
      return folder().resolve("broker.pid");
    }

    Optional<LocalProcess> process() throws IOException {
      return Files.exists(pid())
          ? Optional.of(LocalProcess.read("broker", pid())).filter(LocalProcess::isAlive)
          : Optional.empty();
    }

    /**
     * Where clients find it.
     *
     * @throws IllegalArgumentException if none is up
     */
    String address() throws IOException {
      if (process().isEmpty()) {
        throw new IllegalArgumentException(
            "no broker is up in " + folder() + ": 'fastweights broker up' starts one");
      }
      return Files.readString(folder().resolve("address")).strip();
    }
  }

  /** {@code fastweights broker up}. */
  @Command(name = "up", description = "Start the broker where none is up, and make topics.")
  static final class Up implements Callable<Integer> {
    private static final String PORT = "--port";

    @Spec private CommandSpec command;
    @Mixin private Place place;

    @Option(
        names = PORT,
        paramLabel = "N",
        defaultValue = "9092",
        description = "Of clients (default: ${DEFAULT-VALUE}); 0 takes any that is free.")
    private int port;

    @Option(
        names = "--topics",
        paramLabel = "NAME[:N]",
        split = ",",
        description = "Topics to make where they are missing, of N partitions (default: 1).")
    private List<String> topics = List.of();

    @Option(
        names = "--broker-lib",
        hidden = true,
        defaultValue = "${sys:fastweights.broker.lib:-jobs/broker/target/lib}",
        description = "Kafka's jars.")
    private Path lib;

    @Override
    public Integer call() throws Exception {
      Map<String, Integer> partitions = partitions(topics);
      boolean up = place.process().isPresent();
      String address = up ? running() : HOST + ":" + FreePort.of(HOST, port);
      LocalBroker broker = new LocalBroker(place.folder(), address, lib);
      if (!up) {
        OwnFolder.create(place.folder());
        Files.writeString(place.folder().resolve("address"), address);
        LocalProcess.of("broker", broker.start()).write(place.pid());
      }
      List<String> made = broker.createTopics(partitions);
      PrintWriter out = command.commandLine().getOut();
      out.println(up ? "the broker was up already" : "the broker is up");
      out.printf(Locale.ROOT, "%-16s %s%n", "brokers", address);
      made.forEach(topic -> out.printf(Locale.ROOT, "%-16s %s%n", "new topic", topic));
      out.flush();
      return 0;
    }

    /** A broker that is up keeps its port: another one must not be ignored. */
    private String running() throws IOException {
      String address = place.address();
      boolean given = command.commandLine().getParseResult().hasMatchedOption(PORT);
      if (given && port != 0 && !address.equals(HOST + ":" + port)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "--port is %d, the broker that is up is at %s: 'fastweights broker down' stops it",
                port,
                address));
      }
      return address;
    }

    private static Map<String, Integer> partitions(List<String> topics) {
      Map<String, Integer> partitions = new TreeMap<>();
      for (String topic : topics) {
        int colon = topic.indexOf(':');
        String number = colon < 0 ? "1" : topic.substring(colon + 1);
        if (!number.matches("[1-9][0-9]{0,3}")) {
          throw new IllegalArgumentException(
              "--topics: " + topic + " is not NAME or NAME:N, with 1 to 9999 partitions");
        }
        partitions.put(colon < 0 ? topic : topic.substring(0, colon), Integer.parseInt(number));
      }
      return partitions;
    }
  }

  /** {@code fastweights broker status}. */
  @Command(name = "status", description = "Show where it is; exit code 1 where none is up.")
  static final class Status implements Callable<Integer> {
    @Spec private CommandSpec command;
    @Mixin private Place place;

    @Override
    public Integer call() throws Exception {
      PrintWriter out = command.commandLine().getOut();
      Optional<LocalProcess> process = place.process();
      if (process.isEmpty()) {
        out.println("no broker is up");
        return 1;
      }
      out.printf(Locale.ROOT, "%-16s process %d%n", "broker", process.get().pid());
      out.printf(Locale.ROOT, "%-16s %s%n", "brokers", place.address());
      TopicReader.sizes(place.address())
          .forEach(
              (topic, size) ->
                  out.printf(Locale.ROOT, "%-16s %s, %,d messages%n", "topic", topic, size));
      out.flush();
      return 0;
    }
  }

  /** {@code fastweights broker down}. */
  @Command(name = "down", description = "Stop the broker and delete its folder, topics included.")
  static final class Down implements Callable<Integer> {
    @Spec private CommandSpec command;
    @Mixin private Place place;

    @Override
    public Integer call() throws Exception {
      Optional<LocalProcess> process = place.process();
      if (process.isPresent()) {
        process.get().stop();
      }
      if (Files.exists(place.pid())) {
        FileUtils.deleteDirectory(place.folder().toFile());
      }
      PrintWriter out = command.commandLine().getOut();
      out.println(process.isPresent() ? "the broker is down" : "no broker was up");
      out.flush();
      return 0;
    }
  }
}
