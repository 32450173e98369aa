package ${package};

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastweights.operator.api.Prediction;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;

class OffersJobTest {
  @Test
  void memoriesLearnWhatEachUserClicks() throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(2);

    List<Prediction<Offer>> predictions =
        OffersJob.memories(env.fromSequence(0, 9_999).map(OffersJob::offer))
            .predictions()
            .executeAndCollect(10_000);

    long right =
        predictions.stream()
            .filter(p -> p.event().time() >= 5_000_000)
            .filter(p -> p.values()[0] > 0.5 == p.event().clicked())
            .count();
    assertTrue(right > 4_000, "right in " + right + " of the last 5,000");
  }
}
