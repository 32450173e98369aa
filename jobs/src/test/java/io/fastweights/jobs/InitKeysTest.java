package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The two keys that {@code init} suggests, and writes if it is asked to. */
class InitKeysTest extends CommandTest {
  private static final int EVENTS = 1200;
  private static final int USERS = 30;
  private static final int FILMS = 40;

  private Path events(String name, String header, IntFunction<String> row) throws IOException {
    StringBuilder text = new StringBuilder(header).append('\n');
    for (int i = 0; i < EVENTS; i++) {
      text.append(row.apply(i)).append('\n');
    }
    return file(name, text.toString());
  }

  /** A rating is the sum of what its user gives and its film gets, in the order of time. */
  private Path ratings() throws IOException {
    return events(
        "ratings.csv",
        "user,film_id,rating,timestamp",
        i -> {
          SplittableRandom random = new SplittableRandom(i);
          int user = random.nextInt(USERS);
          int film = random.nextInt(FILMS);
          double rating = 1 + user % 3 + film % 3 + 0.2 * random.nextDouble();
          return String.format(
              Locale.ROOT, "u%d,%d,%.2f,%d", user, film, rating, 1_700_000_000 + 900 * i);
        });
  }

  private Result init(Path events, String target, Path out, String... more) {
    Object[] all = new Object[7 + more.length];
    System.arraycopy(
        new Object[] {"init", "--events", events, "--target", target, "--out", out}, 0, all, 0, 7);
    System.arraycopy(more, 0, all, 7, more.length);
    return execute(all);
  }

  private double error(Path events, Path schema, String name) throws Exception {
    Path json = folder.resolve(name + ".figures");
    Result run =
        execute(
            "run",
            "--events",
            events,
            "--schema",
            schema,
            "--output",
            folder.resolve(name),
            "--parallelism",
            "2",
            "--json",
            json);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(lines(folder.resolve(name + "/predictions"))).hasSize(EVENTS + 1);
    return new ObjectMapper().readTree(json.toFile()).get("mean_absolute_error").asDouble();
  }

  @Test
  void twoColumnsThatCrossAreSuggestedAsTwoKeys() throws Exception {
    Path one = folder.resolve("one.json");
    Result suggested = init(ratings(), "rating", one);
    assertThat(suggested.exitCode()).as(suggested.err()).isZero();
    assertThat(suggested.out())
        .contains("a memory for each user, or each film_id: the first is taken")
        .contains("user and film_id both recur, in many pairs: --keys film_id,user gives each of")
        .doesNotContain("--sort");
    assertThat(SchemaJson.parse(Files.readString(one)).secondKey()).isNull();

    Path two = folder.resolve("two.json");
    Result asked = init(ratings(), "rating", two, "--keys", "user,film_id");
    assertThat(asked.exitCode()).as(asked.err()).isZero();
    assertThat(asked.out())
        .containsPattern("user +the first key: 30 memories, 40.0 events each in the sample")
        .containsPattern("film_id +the second key: 40 memories, 30.0 events each")
        .doesNotContain("not sure: a memory for each");
    Schema schema = SchemaJson.parse(Files.readString(two));
    assertThat(schema.key()).isEqualTo("user");
    assertThat(schema.secondKey()).isEqualTo("film_id");
    assertThat(schema.fields().stream().map(Field::name))
        .as("each memory sees the other key")
        .containsExactly("user", "film_id", "since", "hour", "weekday");
    assertThat(schema.fields().subList(0, 2)).noneMatch(Field.Numeric.class::isInstance);
  }

  @Test
  @Tag("long")
  void theSuggestedKeysPredictBetterThanOne() throws Exception {
    Path one = folder.resolve("one.json");
    Path two = folder.resolve("two.json");
    init(ratings(), "rating", one);
    init(ratings(), "rating", two, "--keys", "film_id,user");
    double ofOne = error(ratings(), one, "one");
    double ofTwo = error(ratings(), two, "two");
    assertThat(ofTwo).as("error of two keys, of one %f", ofOne).isLessThan(0.9 * ofOne);
  }

  /** A session has one user: both keys would say the same. */
  @Test
  void aKeyThatFollowsFromTheOtherIsNotSuggested() throws Exception {
    Path file =
        events("visits.csv", "user,session,y", i -> "u" + i % 40 / 2 + ",s" + i % 40 + "," + i % 2);
    Path out = folder.resolve("visits.json");
    assertThat(init(file, "y", out).out())
        .contains("a memory for each user, or each session")
        .doesNotContain("--keys");
  }

  /** By its shape: many texts, each of many events. */
  @Test
  void aSecondKeyNeedsNoNameOfAKey() throws Exception {
    Path file =
        events("listens.csv", "user,song,y", i -> "u" + i % 31 + ",s" + i % 77 + "," + i % 2);
    Path out = folder.resolve("listens.json");
    assertThat(init(file, "y", out).out()).contains("--keys song,user gives each of them a memory");
  }

  /** In order for each user, and not over all of them. */
  @Test
  void eventsOfTwoKeysAreSortedUnlessAllAreInOrder() throws Exception {
    Path file =
        events(
            "users.csv",
            "user,item,y,time",
            i -> "u" + i / 100 + ",i" + i % 7 + "," + i % 2 + "," + (1_700_000_000 + i % 100 * 60));
    Result one = init(file, "y", folder.resolve("one.json"), "--key", "user");
    assertThat(one.out()).endsWith("--output predictions\n");
    Result two = init(file, "y", folder.resolve("two.json"), "--key", "user,item");
    assertThat(two.out()).endsWith("--output predictions --sort\n");
  }

  @Test
  void keysThatCannotBeAreTold() throws Exception {
    Path out = folder.resolve("x.json");
    assertThat(init(ratings(), "rating", out, "--keys", "user,user").err())
        .contains("--key is user,user, must be one column or two different ones");
    assertThat(init(ratings(), "rating", out, "--keys", "user,film").err())
        .contains("--key film is no column")
        .contains("film_id");
    assertThat(init(ratings(), "rating", out, "--keys", "user,rating").err())
        .contains("--target rating is the key too");
  }
}
