package ${package};

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Prior;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Predicts, for each user, whether an offer is clicked; learns from each answer. */
public final class OffersJob {
  static final List<String> CATEGORIES =
      List.of("books", "games", "garden", "music", "shoes", "toys", "travel", "wine");

  /** A new user's memory starts from 3 clicks in 10 offers, which count as two events of its own. */
  static final Prior CLICKS = new Prior(List.of(0.3), 2);

  static final Schema SCHEMA =
      Schema.of(
          List.of(new Field.Categorical("category", CATEGORIES)),
          new Target.Binary("clicked", CLICKS));

  private OffersJob() {}

  /** Describes one of your events to the memory; what has no answer yet is asked, not learned. */
  static void read(Offer offer, RawEvent event) {
    event.id(offer.id()).timestamp(offer.time()).set("category", offer.category());
    if (offer.clicked() == null) {
      event.ask();
    } else {
      event.target(offer.clicked());
    }
  }

  /** A memory for every user; the uid names its state in savepoints and must stay. */
  static FastWeightStream<Offer> memories(DataStream<Offer> offers) {
    return FastWeights.on(offers.keyBy(Offer::user))
        .schema(SCHEMA, OffersJob::read)
        .uid("offers")
        .build();
  }

  /** Stands for your source: each of 50 users clicks on two categories and seldom on others. */
  static Offer offer(long number) {
    SplittableRandom random = new SplittableRandom(number);
    int user = random.nextInt(50);
    int category = random.nextInt(CATEGORIES.size());
    boolean clicked = random.nextInt(10) < ((user + category) % 4 == 0 ? 9 : 1);
    return new Offer(
        "offer-" + number, "user-" + user, CATEGORIES.get(category), number * 1000, clicked);
  }

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    FastWeightStream<Offer> stream = memories(env.fromSequence(0, 9_999).map(OffersJob::offer));
    stream
        .predictions()
        .filter(prediction -> prediction.event().user().equals("user-7"))
        .map(p -> p.event().category() + " p=" + p.values()[0] + " clicked=" + p.event().clicked())
        .print();
    stream.malformed().print();
    env.execute("offers");
  }
}
