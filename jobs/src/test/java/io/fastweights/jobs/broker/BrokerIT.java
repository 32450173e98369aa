package io.fastweights.jobs.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.Commands;
import io.fastweights.jobs.Main;
import io.fastweights.jobs.process.FreePort;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's own commands, from a file to a topic of predictions, with a broker of their own. */
class BrokerIT {
  private static final Path PAGE = Path.of("../docs/deployment.md");
  private static final Pattern COMMAND =
      Pattern.compile("^ {4}\\./fastweights (.*)$", Pattern.MULTILINE);
  private static final int EVENTS = 500;

  @TempDir Path folder;

  @AfterEach
  void down() {
    execute("broker", "down", "--folder=" + folder.resolve("broker"));
  }

  @Test
  void theCommandsOfThePageLeadFromAFileToPredictions() throws Exception {
    flights(folder.resolve("flights.csv"));
    String address = "127.0.0.1:" + FreePort.of("127.0.0.1", 0);
    List<String> commands = section("### A broker to try it");
    assertThat(commands).hasSize(6);
    String consumed = "";
    for (String command : commands) {
      String told = Commands.succeed(here(command, address));
      consumed = command.contains("consume") ? told : consumed;
    }
    List<String> predictions = consumed.lines().toList();
    assertThat(predictions).hasSize(EVENTS);
    assertThat(predictions).allMatch(line -> line.contains("\"predicted_delay\":"));
    assertThat(folder.resolve("broker")).doesNotExist();
  }

  @Test
  void aBrokerThatIsUpKeepsItsPortAndItsTopics() throws Exception {
    String at = "--folder=" + folder.resolve("broker");
    String lib = "--broker-lib=" + System.getProperty("fastweights.broker.lib");
    int port = FreePort.of("127.0.0.1", 0);
    Commands.succeed("broker", "up", at, lib, "--port=" + port, "--topics=a:2");
    assertThat(Commands.succeed("broker", "up", at, lib, "--topics=a,b"))
        .contains("was up already", "new topic        b")
        .doesNotContain("new topic        a");
    assertThat(execute("broker", "up", at, lib, "--port=" + (port - 1)))
        .contains("--port is " + (port - 1), "127.0.0.1:" + port);
    assertThat(Commands.succeed("broker", "status", at)).contains("a, 0 messages", "b, 0 messages");
    Path events = folder.resolve("events.csv");
    Files.writeString(events, "who,what\nann,1\n,2\n");
    assertThat(execute("broker", "produce", at, "--topic=c", events.toString()))
        .contains("has no topic c");
    assertThat(execute("broker", "produce", at, "--topic=a", "--key=who", events.toString()))
        .contains("--key: an event has no value of who", "[what]");
    Commands.succeed("broker", "produce", at, "--topic=b", events.toString());
    assertThat(Commands.succeed("broker", "consume", at, "--topic=b", "--keys").lines())
        .containsExactly("null\t{\"who\":\"ann\",\"what\":\"1\"}", "null\t{\"what\":\"2\"}");
  }

  @Test
  void whatCannotBeIsRefusedBeforeAnythingStarts() {
    String at = "--folder=" + folder.resolve("broker");
    assertThat(execute("broker", "up", at, "--topics=a:0")).contains("a:0 is not NAME or NAME:N");
    assertThat(execute("broker", "consume", at, "--topic=a")).contains("no broker is up");
    assertThat(execute("broker", "status", at)).contains("no broker is up");
    assertThat(folder.resolve("broker")).doesNotExist();
  }

  private static List<String> section(String heading) throws Exception {
    String page = Files.readString(PAGE);
    int from = page.indexOf(heading);
    Matcher matcher = COMMAND.matcher(page.substring(from, page.indexOf("\n## ", from)));
    List<String> commands = new ArrayList<>();
    while (matcher.find()) {
      commands.add(matcher.group(1));
    }
    return commands;
  }

  /** The command with the files, the jars and the port of this test. */
  private String[] here(String command, String address) {
    List<String> arguments = new ArrayList<>();
    for (String argument : command.split(" ")) {
      boolean file = argument.endsWith(".csv") || argument.endsWith(".json");
      arguments.add(
          file ? folder.resolve(argument).toString() : argument.replace("127.0.0.1:9092", address));
    }
    if (command.startsWith("broker")) {
      arguments.add("--folder=" + folder.resolve("broker"));
    }
    if (command.startsWith("broker up")) {
      arguments.add("--broker-lib=" + System.getProperty("fastweights.broker.lib"));
      arguments.add("--port=" + address.substring(address.indexOf(':') + 1));
    }
    return arguments.toArray(String[]::new);
  }

  private static void flights(Path file) throws Exception {
    Random random = new Random(7);
    List<String> lines = new ArrayList<>(List.of("time,origin,destination,delay"));
    for (int i = 0; i < EVENTS; i++) {
      String origin = List.of("ANC", "ORD", "LAX").get(random.nextInt(3));
      lines.add(
          String.join(
              ",",
              LocalDateTime.of(2001, 1, 1, 0, 0).plusMinutes(7L * i).toString(),
              origin,
              random.nextBoolean() ? "DEN" : "LGA",
              Integer.toString(random.nextInt(90))));
    }
    Files.write(file, lines);
  }

  /** What a command prints, to both of its outputs. */
  private static String execute(String... arguments) {
    StringWriter told = new StringWriter();
    PrintWriter writer = new PrintWriter(told);
    Main.commandLine().setOut(writer).setErr(writer).execute(arguments);
    return told.toString();
  }
}
