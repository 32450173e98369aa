package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Measures of a job's predictions, beside baselines. */
class RunQualityITCase extends CommandTest {
  private static final int EVENTS = 1500;

  private ObjectNode run(Path events, Object... more) throws Exception {
    Path json = folder.resolve("figures" + more.length + more[1] + ".json");
    Path out = folder.resolve("out" + json.getFileName());
    Result result =
        execute(
            "run",
            "--events",
            events,
            "--schema",
            schema(),
            "--output",
            out,
            "--json",
            json,
            more[0],
            more[1]);
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .contains("outcome of 1,500 events, each predicted before it was learned")
        .contains("last label of the user")
        .contains("running rate of each page");
    ObjectNode figures = (ObjectNode) new ObjectMapper().readTree(json.toFile());
    figures.remove(List.of("seconds", "secondsOfStart", "eventsPerSecond"));
    return figures;
  }

  /** The label is the key's last one, three times of four. */
  private static String events(Map<String, String> lastOf, int[] repeated, int[] majority) {
    SplittableRandom random = new SplittableRandom(11);
    StringBuilder csv = new StringBuilder("time,user,page,price,outcome\n");
    int buys = 0;
    for (int i = 0; i < EVENTS; i++) {
      String user = "u" + random.nextInt(9);
      String last = lastOf.get(user);
      boolean repeats = last != null && random.nextInt(4) > 0;
      String outcome = repeats ? last : random.nextInt(3) > 0 ? "buy" : "leave";
      repeated[0] += outcome.equals(last == null ? guess(buys, i) : last) ? 1 : 0;
      majority[0] += outcome.equals(guess(buys, i)) ? 1 : 0;
      buys += outcome.equals("buy") ? 1 : 0;
      lastOf.put(user, outcome);
      csv.append(1_000_000 + i * 1000L).append(',').append(user);
      csv.append(",p").append(random.nextInt(5)).append(',').append(random.nextInt(20));
      csv.append(',').append(outcome).append('\n');
    }
    return csv.toString();
  }

  /** The more frequent label so far; the first class where they are even. */
  private static String guess(int buys, int events) {
    return 2 * buys >= events ? "buy" : "leave";
  }

  @Test
  void figuresAreTheSameAtEveryParallelismAndThoseOfAPlainLoop() throws Exception {
    int[] repeated = new int[1];
    int[] majority = new int[1];
    Path events = file("events.csv", events(new HashMap<>(), repeated, majority));
    ObjectNode one = run(events, "--parallelism", 1);
    assertThat(one.get("scored").asInt()).isEqualTo(EVENTS);
    assertThat(one.get("baseline.keyLast.accuracy").asDouble())
        .isCloseTo(repeated[0] / (double) EVENTS, within(1e-12));
    assertThat(one.get("baseline.rate.accuracy").asDouble())
        .isCloseTo(majority[0] / (double) EVENTS, within(1e-12));
    assertThat(one.get("log_loss").asDouble()).isBetween(0.3, 0.8);
    assertThat(run(events, "--parallelism", 2)).isEqualTo(one);
    assertThat(run(events, "--parallelism", 4)).isEqualTo(one);
  }

  /** Each order is asked about when it comes; its label comes 30 events later. */
  private static String ordersWithLateLabels() {
    SplittableRandom random = new SplittableRandom(12);
    StringBuilder csv = new StringBuilder("time,user,order,page,price,kind,outcome\n");
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String user = "u" + i % 5;
      String context = "o" + i + ",p" + random.nextInt(3) + ",1";
      csv.append(1_000_000 + i * 1000L).append(',').append(user).append(',').append(context);
      csv.append(",ask,\n");
      waiting.add(user + ',' + context + ",observe," + (random.nextInt(4) > 0 ? "buy" : "leave"));
      if (i >= 30) {
        csv.append(1_000_000 + i * 1000L).append(',').append(waiting.get(i - 30)).append('\n');
      }
    }
    return csv.toString();
  }

  @Test
  void anObserveWithTheIdOfAnAskIsItsLabel() throws Exception {
    Path events = file("orders.csv", ordersWithLateLabels());
    Path schema =
        file("orders.json", SCHEMA.replace("\"fields\"", "\"kind\": \"kind\", \"fields\""));
    Path out = folder.resolve("out");
    Path json = folder.resolve("orders-figures.json");
    Path job =
        file(
            "job.yaml",
            String.format(
                Locale.ROOT,
                "source: {files: '%s'}%nschema: '%s'%nid: order%nsink: {files: {folder: '%s'}}%n",
                events,
                schema,
                out));
    Result result = execute("run", "--config", job, "--json", json);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("the labels of 370 asks came, those of 30 did not");
    ObjectNode figures = (ObjectNode) new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("scored").asInt()).isEqualTo(370);
    assertThat(figures.get("answered").asInt()).isEqualTo(370);
    // A baseline that knew labels before they came would do better than the base rate.
    assertThat(figures.get("baseline.keyLast.accuracy").asDouble()).isBetween(0.5, 0.75);
  }
}
