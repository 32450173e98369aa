package examples;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.api.FastWeightOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Ranks the articles of a page for each reader, by what the reader took after the last one. */
public final class NextItem {
  static final int READERS = 20;
  static final int ARTICLES = 100_000;
  static final int SHOWN = 30;

  /**
   * A visit to a page.
   *
   * @param shown the articles that it offers
   * @param taken one of them
   * @param time in milliseconds since 1970-01-01 UTC
   */
  public record Visit(String reader, List<String> shown, String taken, long time) {}

  /** No article is named here: each has an embedding of 64 floats, made of its id. */
  private static final Target.Item ARTICLE = new Target.Item("article", 64);

  private static final Schema SCHEMA =
      Schema.of(List.of(new Field.LastTarget("last article", ARTICLE.ids())), ARTICLE);

  private NextItem() {}

  public static FastWeightStream<Visit> memories(DataStream<Visit> visits) {
    return FastWeights.on(visits.keyBy(Visit::reader))
        .schema(
            SCHEMA,
            (visit, event) ->
                event.timestamp(visit.time()).candidates(visit.shown()).target(visit.taken()))
        .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, 64)
        .set(FastWeightOptions.RANKING_SIZE, 5)
        .uid("next-item")
        .build();
  }

  /** Made up: each reader goes through a round of eight articles, among thirty on the page. */
  public static Visit visit(long number) {
    SplittableRandom random = new SplittableRandom(number);
    long reader = number % READERS;
    SplittableRandom round = new SplittableRandom(8 * reader + number / READERS % 8);
    String taken = "article-" + round.nextInt(ARTICLES);
    List<String> shown = new ArrayList<>(List.of(taken));
    while (shown.size() < SHOWN) {
      shown.add(random.nextInt(shown.size() + 1), "article-" + random.nextInt(ARTICLES));
    }
    return new Visit("reader-" + reader, shown, taken, number * 1000);
  }

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    FastWeightStream<Visit> stream = memories(env.fromSequence(0, 9_999).map(NextItem::visit));
    stream.predictions().map(p -> p.event().reader() + ": " + p.ranking()).print();
    stream.malformed().print();
    env.execute("next item");
  }
}
