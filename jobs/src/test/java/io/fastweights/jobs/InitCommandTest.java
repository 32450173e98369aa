package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.EventFormat.Unit;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Prior;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Statistics;
import io.fastweights.kernels.schema.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class InitCommandTest extends CommandTest {
  private static final int EVENTS = 400;

  private Path events(String name, String header, IntFunction<String> row) throws IOException {
    StringBuilder text = new StringBuilder(header).append('\n');
    for (int i = 0; i < EVENTS; i++) {
      text.append(row.apply(i)).append('\n');
    }
    return file(name, text.toString());
  }

  /** Ratings of 20 users: an id for each item, a price with a fraction, an answer in cents. */
  private Path ratings() throws IOException {
    return events(
        "ratings.csv",
        "row;userId;item_id;price;plan;rated_at;comment;rating;rating_times_ten;nothing;site",
        i -> {
          SplittableRandom random = new SplittableRandom(i);
          int rating = 1 + random.nextInt(5);
          return String.format(
              Locale.ROOT,
              "%d;u%d;%d;%.2f;%s;%d;text no %d;%d;%d;;shop",
              i,
              random.nextInt(20),
              random.nextInt(100),
              10 * random.nextDouble(),
              random.nextBoolean() ? "free" : "team",
              1_700_000_000 + 4000 * i,
              i,
              rating,
              10 * rating);
        });
  }

  private Schema written(Path file) throws IOException {
    return SchemaJson.parse(Files.readString(file));
  }

  private static Field field(Schema schema, String name) {
    return schema.fields().get(schema.field(name));
  }

  @Test
  void aSchemaIsProposedAndExplained() throws Exception {
    Path out = folder.resolve("proposed.json");
    Result result = execute("init", "--events", ratings(), "--target", "rating", "--out", out);
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    Schema schema = written(out);
    assertThat(schema.key()).isEqualTo("userId");
    assertThat(schema.time()).isEqualTo("rated_at");
    assertThat(schema.format().time().unit()).isEqualTo(Unit.S);
    assertThat(schema.fields().stream().map(Field::name))
        .containsExactly("item_id", "price", "plan", "since", "hour", "weekday");
    assertThat(field(schema, "item_id")).isEqualTo(new Field.Hashed("item_id", 512));
    assertThat(((Field.Numeric) field(schema, "price")).statistics()).isEqualTo(Statistics.KEY);
    assertThat(((Field.Categorical) field(schema, "plan")).vocabulary())
        .containsExactlyInAnyOrder("free", "team");
    assertThat(((Target.Number) schema.target()).mean()).isBetween(2.5, 3.5);
    assertThat(result.out())
        .containsPattern("row +left out: counts the events")
        .containsPattern("comment +left out: has another value in nearly every event")
        .containsPattern("nothing +left out: has no value")
        .containsPattern("site +left out: has the same value in every event")
        .containsPattern("rating_times_ten +left out: WARNING: has one value for each value of")
        .contains("a memory for each userId, or each item_id: the first is taken")
        .endsWith(
            "run --events "
                + folder.resolve("ratings.csv")
                + " --schema "
                + out
                + " --output predictions\n");
  }

  /** What init proposes runs as it stands. */
  @Test
  void theNextCommandRuns() throws Exception {
    Path out = folder.resolve("proposed.json");
    Path predictions = folder.resolve("predictions");
    execute("init", "--events", ratings(), "--target", "rating", "--out", out);
    Result run =
        execute(
            "run",
            "--events",
            folder.resolve("ratings.csv"),
            "--schema",
            out,
            "--output",
            predictions,
            "--parallelism",
            "2");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    List<String> lines = lines(predictions.resolve("predictions"));
    assertThat(lines).hasSize(EVENTS + 1);
    int at = List.of(lines.get(0).split(",")).indexOf("predicted_rating");
    for (String line : lines.subList(1, lines.size())) {
      assertThat(Double.parseDouble(line.split(",")[at])).as(line).isBetween(-2.0, 8.0);
    }
  }

  @Test
  void aFileWithoutKeyAndTimeHasOneMemoryInItsOrder() throws Exception {
    Path file = events("plain.csv", "a,b,class", i -> i % 7 / 8.0 + "," + i % 3 + "," + i % 2);
    Path out = folder.resolve("proposed.json");
    Result result = execute("init", "--events", file, "--target", "class", "--out", out);
    Schema schema = written(out);
    assertThat(schema.target())
        .isEqualTo(new Target.Binary("class", new Prior(List.of(0.5), Prior.EVENTS)));
    assertThat(schema.format().constants()).containsOnlyKeys("all", "time");
    assertThat(field(schema, "a")).isEqualTo(new Field.Numeric("a"));
    assertThat(result.out())
        .contains("not sure: no column looks like a key: all events share one memory")
        .contains("not sure: no column holds times: events are taken in the order of the file");
  }

  /** Every fourth label of each key is true; or that of every fourth key. */
  @Test
  void aKeyStartsFromTheRatesOfTheSample() throws Exception {
    Path alike = events("alike.csv", "user,bought", i -> "u" + i % 20 + "," + (i / 20 % 4 == 0));
    Path apart = events("apart.csv", "user,bought", i -> "u" + i % 20 + "," + (i % 4 == 0));
    Path out = folder.resolve("alike.json");
    Result result = execute("init", "--events", alike, "--target", "bought", "--out", out);
    assertThat(written(out).target().prior()).isEqualTo(new Prior(List.of(0.25), 50));
    assertThat(result.out())
        .contains("true or false; a key starts from the sample's rate of 0.25, which counts as 50");
    Path other = folder.resolve("apart.json");
    execute("init", "--events", apart, "--target", "bought", "--out", other);
    assertThat(written(other).target().prior()).isEqualTo(new Prior(List.of(0.25), 1));
  }

  @Test
  void theRatesOfClassesSumToOne() throws Exception {
    Path file = events("moods.csv", "user,mood", i -> "u" + i % 20 + ",m" + i % 3);
    Path out = folder.resolve("mood.json");
    execute("init", "--events", file, "--target", "mood", "--out", out);
    assertThat(written(out).target().prior().rates()).containsExactly(0.335, 0.3325, 0.3325);
  }

  @Test
  void aTargetOfTextsIsOfClassesAndNumbersMayBe() throws Exception {
    Path file = events("plain.csv", "a,mood,grade", i -> i % 7 + ",m" + i % 3 + "," + i % 4);
    Path out = folder.resolve("mood.json");
    execute("init", "--events", file, "--target", "mood", "--out", out);
    assertThat(((Target.Classes) written(out).target()).classes())
        .containsExactlyInAnyOrder("m0", "m1", "m2");
    Path grades = folder.resolve("grade.json");
    execute(
        "init", "--events", file, "--target", "grade", "--target-kind", "class", "--out", grades);
    assertThat(((Target.Classes) written(grades).target()).classes()).hasSize(4);
  }

  @Test
  void aNumberThatSplitsATargetIsNoField() throws Exception {
    Path file = events("late.csv", "delay,late", i -> i % 40 + "," + (i % 40 > 15 ? 1 : 0));
    Path out = folder.resolve("late.json");
    Result result = execute("init", "--events", file, "--target", "late", "--out", out);
    assertThat(result.out()).containsPattern("delay +left out: WARNING: is larger for one value");
    assertThat(written(out).fields()).hasOnlyElementsOfType(Field.LastTarget.class);
  }

  @Test
  void theLastTargetIsAFieldWhereItTellsOfTheNext() throws Exception {
    Path labels =
        events("labels.csv", "user,a,y", i -> "u" + i % 7 + "," + i % 3 + "," + i / 28 % 2);
    Path out = folder.resolve("labels.json");
    Result result =
        execute("init", "--events", labels, "--target", "y", "--key", "user", "--out", out);
    assertThat(result.out())
        .containsPattern("last_y +the last y of the key: alone right for 75 % .* 50 %");
    assertThat(written(out).fields()).anyMatch(Field.LastTarget.class::isInstance);

    Path walk = events("walk.csv", "a,x", i -> i % 3 + "," + (i * 0.1 + i % 2));
    Path walked = folder.resolve("walk.json");
    assertThat(execute("init", "--events", walk, "--target", "x", "--out", walked).out())
        .containsPattern("last_x +the last x: on average 1.00 from the next, the mean so far 10");
    assertThat(written(walked).fields()).anyMatch(Field.LastTarget.class::isInstance);
    assertThat(((Target.Number) written(walked).target()).statistics())
        .isEqualTo(Statistics.CHANGES);

    Path noise = events("noise.csv", "a,x", i -> i % 3 + "," + Math.floorMod(i * 0x9E3779B9, 1000));
    Path noisy = folder.resolve("noise.json");
    execute("init", "--events", noise, "--target", "x", "--out", noisy);
    assertThat(written(noisy).fields()).noneMatch(Field.LastTarget.class::isInstance);
    assertThat(((Target.Number) written(noisy).target()).statistics()).isEqualTo(Statistics.KEY);
  }

  @Test
  void theLastTargetIsAFieldWhereNoColumnIsLeft() throws Exception {
    Path file = events("plain.csv", "machine,failed", i -> "m" + i % 9 + "," + i % 2);
    Path out = folder.resolve("plain.json");
    Result result = execute("init", "--events", file, "--target", "failed", "--out", out);
    assertThat(result.out())
        .containsPattern("last_failed +the last failed of the key: alone right for");
  }

  @Test
  void aTargetOfTooManyTextsNamesOneThatIsNoNumber() throws Exception {
    Path file = events("plain.csv", "a,y", i -> i % 7 + "," + (i == 7 ? "inf" : i + ".5"));
    Path out = folder.resolve("plain.json");
    Result found = execute("init", "--events", file, "--target", "y", "--out", out);
    assertThat(found.exitCode()).isEqualTo(1);
    assertThat(found.err())
        .contains(
            "--target y as class must have at most 100 different values, not 400; as number it"
                + " must have numbers only, but 1 of 400 values are not, such as 'inf'");
    Result asked =
        execute("init", "--events", file, "--target", "y", "--target-kind", "number", "--out", out);
    assertThat(asked.err())
        .contains("as number must have numbers only, but 1 of 400 values are not, such as 'inf'");
  }

  @Test
  void columnsThatCouldBeKeysAreNamedWhateverTheyAreCalled() throws Exception {
    Path file =
        events("noten.csv", "Kunde,Farbe,ok", i -> "k" + i % 11 + ",f" + i % 3 + "," + i % 2);
    Path out = folder.resolve("noten.json");
    Result result = execute("init", "--events", file, "--target", "ok", "--out", out);
    assertThat(result.out())
        .contains("all events share one memory; --key names a column, such as Kunde\n");
  }

  @Test
  void aDecimalCommaIsFound() throws Exception {
    Path file =
        events(
            "orders.csv",
            "Kunde;Preis;Zahl;Bewertung",
            i -> "k" + i % 9 + ";" + i % 37 + "," + i % 10 + ";1,234;" + i % 5 + "," + i % 7);
    Path out = folder.resolve("orders.json");
    Result result = execute("init", "--events", file, "--target", "Bewertung", "--out", out);
    Schema schema = written(out);
    assertThat(schema.format().csv().decimal()).isEqualTo(',');
    assertThat(field(schema, "Preis")).isInstanceOf(Field.Numeric.class);
    assertThat(schema.target()).isInstanceOf(Target.Number.class);
    assertThat(result.out()).contains("numbers have a decimal comma");
  }

  @Test
  void wordsThatStandForMissingNumbersAreFoundOrAskedAbout() throws Exception {
    Path file =
        events(
            "parts.csv",
            "a,weight,size,ok",
            i ->
                String.join(
                    ",",
                    "a" + i % 7,
                    i % 9 == 0 ? "n/a" : i + ".5",
                    i % 9 == 0 ? "?" : i + ".25",
                    "" + i % 3 % 2));
    Path out = folder.resolve("parts.json");
    Result result = execute("init", "--events", file, "--target", "ok", "--out", out);
    assertThat(field(written(out), "weight")).isInstanceOf(Field.Numeric.class);
    assertThat(result.out())
        .contains("not sure: size has numbers, and '?': it is a number if these are \"nulls\"");
  }

  /** As a decimal comma it would be a thousandth of what is meant. */
  @Test
  void commasBetweenThousandsAreNoDecimalCommas() throws Exception {
    Path file =
        events("sales.csv", "a;sum;ok", i -> i % 7 + ";" + (1 + i % 9) + ",000;" + i % 3 % 2);
    Path out = folder.resolve("sales.json");
    execute("init", "--events", file, "--target", "ok", "--out", out);
    assertThat(written(out).format().csv().decimal()).isEqualTo('.');
    assertThat(field(written(out), "sum")).isInstanceOf(Field.Categorical.class);
  }

  /** An observe comes ten events after its ask. */
  private static String loan(int i) {
    boolean asks = i / 10 % 2 == 0;
    int loan = asks ? i : i - 10;
    return "c" + loan % 7 + ",L" + loan + "," + loan % 13 + "," + (asks ? "," : "x," + loan % 2);
  }

  @Test
  void theIdOfLabelsThatComeLateIsNeitherKeyNorField() throws Exception {
    Path file = events("loans.csv", "customer,loan_id,sum,note,ok", InitCommandTest::loan);
    Path out = folder.resolve("loans.json");
    Result result = execute("init", "--events", file, "--target", "ok", "--out", out);
    Schema schema = written(out);
    assertThat(schema.key()).isEqualTo("customer");
    assertThat(schema.format().id()).isEqualTo("loan_id");
    assertThat(schema.fields().stream().map(Field::name)).containsExactly("sum", "note");
    assertThat(result.out())
        .containsPattern("loan_id +the id that an ask shares with the observe of its label");
  }

  @Test
  void theKindOfEventsIsNoField() throws Exception {
    Path file =
        events(
            "loans.csv",
            "customer,loan_id,sum,kind,ok",
            i -> loan(i).replace(",x,", ",observe,").replaceFirst(",,$", ",ASK,"));
    Path out = folder.resolve("loans.json");
    execute("init", "--events", file, "--target", "ok", "--out", out);
    Schema schema = written(out);
    assertThat(schema.kind()).isEqualTo("kind");
    assertThat(schema.format().id()).isEqualTo("loan_id");
    assertThat(schema.fields().stream().map(Field::name)).containsExactly("sum");
  }

  @Test
  void eventsOutOfOrderAreToBeSorted() throws Exception {
    Path file =
        events(
            "late.csv",
            "date,x,y",
            i -> String.format(Locale.ROOT, "2024-01-%02d,%d,1.%d", 31 - i % 31, i % 5, i));
    Path out = folder.resolve("late.json");
    Result result = execute("init", "--events", file, "--target", "x", "--out", out);
    assertThat(result.out()).endsWith("--output predictions --sort\n");
  }

  @Test
  void aTargetMustBeNamedWhereNobodyCanBeAsked() throws Exception {
    Result none = execute("init", "--events", ratings(), "--out", folder.resolve("x.json"));
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.err()).contains("--target must name the column to predict, such as rating,");
    Result wrong =
        execute(
            "init", "--events", ratings(), "--target", "ratin", "--out", folder.resolve("x.json"));
    assertThat(wrong.err()).contains("--target ratin is no column").contains("rating");
    Result same =
        execute("init", "--events", ratings(), "--target", "site", "--out", folder.resolve("x"));
    assertThat(same.err())
        .contains("--target site has one value only: there is nothing to predict");
  }

  @Test
  void aFileIsNeverOverwritten() throws Exception {
    Path out = file("schema.json", "mine");
    Result result = execute("init", "--events", ratings(), "--target", "rating", "--out", out);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("which exists: init never overwrites a file");
    assertThat(Files.readString(out)).isEqualTo("mine");
  }

  @Test
  void jsonIsReadToo() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < EVENTS; i++) {
      text.append(
          String.format(
              Locale.ROOT,
              "{\"device\":\"d%d\",\"when\":\"2024-01-%02dT00:00:%02dZ\",\"in\":{\"a\":1},"
                  + "\"t\":%s,\"ok\":%s}%n",
              i % 9,
              1 + i / 20,
              i % 60,
              i % 3 == 0 ? "null" : Double.toString(i % 11 / 7.0),
              i % 4 == 0));
    }
    Path out = folder.resolve("json.json");
    Path file = file("events.jsonl", text.toString());
    Result result = execute("init", "--events", file, "--target", "ok", "--out", out);
    assertThat(result.err()).isEmpty();
    Schema schema = written(out);
    assertThat(schema.key()).isEqualTo("device");
    assertThat(schema.time()).isEqualTo("when");
    assertThat(schema.target())
        .isEqualTo(new Target.Binary("ok", new Prior(List.of(0.25), Prior.EVENTS)));
    assertThat(schema.fields().get(0)).isInstanceOf(Field.Numeric.class);
    assertThat(result.out()).containsPattern("in.a +left out: has the same value in every event");
  }

  /** Events as trackers of websites send them. */
  @Test
  void valuesInsideObjectsAreColumnsNamedByTheirPaths() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < EVENTS; i++) {
      SplittableRandom random = new SplittableRandom(i);
      text.append(
          String.format(
              Locale.ROOT,
              "{\"user\":{\"id\":\"u%d\",\"traits\":{\"plan\":\"%s\"}},\"sent\":\"2024-01-%02dT00:00:%02dZ\","
                  + "\"basket\":%s,\"odd\":{\"a.b\":1,\"\":2},\"clicked\":%s}%n",
              i % 9,
              random.nextBoolean() ? "free" : "team",
              1 + i / 20,
              i % 60,
              i % 5 == 0
                  ? "null"
                  : String.format(
                      Locale.ROOT, "{\"price\":%.2f,\"items\":[1,2]}", random.nextDouble()),
              random.nextBoolean()));
    }
    Path out = folder.resolve("nested.json");
    Path file = file("events.jsonl", text.toString());
    Result result = execute("init", "--events", file, "--target", "clicked", "--out", out);
    assertThat(result.err()).isEmpty();
    Schema schema = written(out);
    assertThat(schema.key()).isEqualTo("user.id");
    assertThat(field(schema, "user.traits.plan")).isInstanceOf(Field.Categorical.class);
    assertThat(field(schema, "basket.price")).isInstanceOf(Field.Numeric.class);
    assertThat(result.out())
        .containsPattern("(?m)^basket.items +left out: holds lists or objects")
        .containsPattern("(?m)^odd +left out: holds lists or objects")
        .doesNotContainPattern("(?m)^(user|user.traits|basket) ");

    Path predictions = folder.resolve("predictions");
    Result run =
        execute("run", "--events", file, "--schema", out, "--output", predictions, "--sort");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    List<String> rows = lines(predictions.resolve("predictions"));
    assertThat(rows).hasSize(EVENTS + 1);
    assertThat(rows.get(0)).contains(",user.id,user.traits.plan,basket.price,p_clicked");
  }

  @Test
  void datesAndTimesOfDayInTwoColumnsAreOneTime() throws Exception {
    Path file =
        events(
            "two.csv",
            "user;day;clock;page;bought",
            i ->
                String.format(
                    Locale.ROOT,
                    "u%d;%d.1.2024;%d:%02d;p%d;%d",
                    i % 9,
                    13 + i / 60,
                    i % 60 / 5,
                    i % 5,
                    i % 7,
                    i % 2));
    Path out = folder.resolve("two.json");
    Result result = execute("init", "--events", file, "--target", "bought", "--out", out);
    assertThat(result.err()).isEmpty();
    Schema schema = written(out);
    assertThat(schema.time()).isEqualTo("day");
    assertThat(schema.format().time())
        .isEqualTo(new EventFormat.Time(null, "d.M.yyyy H:mm", ZoneOffset.UTC, "clock"));
    assertThat(schema.fields().stream().map(Field::name)).containsExactly("page", "since", "hour");
    assertThat(result.out())
        .containsPattern("day +the time: of the pattern d.M.yyyy H:mm, 2024-01-13T00:00:00Z")
        .containsPattern("clock +the time of day, beside day");

    Path predictions = folder.resolve("predictions");
    Result run = execute("run", "--events", file, "--schema", out, "--output", predictions);
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(lines(predictions.resolve("predictions"))).hasSize(EVENTS + 1);
  }
}
