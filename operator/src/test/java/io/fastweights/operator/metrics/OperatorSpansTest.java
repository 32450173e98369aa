package io.fastweights.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.traces.Span;
import org.apache.flink.traces.SpanBuilder;
import org.junit.jupiter.api.Test;

class OperatorSpansTest {
  private final List<Span> spans = new ArrayList<>();
  private final AtomicLong count = new AtomicLong();
  private final OperatorSpans operator =
      new OperatorSpans(
          new UnregisteredMetricsGroup() {
            @Override
            public void addSpan(SpanBuilder span) {
              spans.add(span.build());
            }
          },
          new MemoryCounts(
              count::get,
              count::get,
              count::get,
              count::get,
              count::get,
              count::get,
              count::get,
              count::get));

  @Test
  void aSaveTellsWhatItWroteAndNotWhatWasWrittenBefore() {
    count.set(10);
    operator.begin();
    count.set(13);
    operator.saved(7);
    operator.begin();
    operator.refreshed(3, true);
    assertThat(spans).extracting(Span::getName).containsExactly("SaveMemories", "RefreshWeights");
    assertThat(spans.get(0).getAttributes())
        .containsEntry("checkpointId", 7L)
        .containsEntry("logChunks", 3L)
        .containsEntry("logBytes", 3L)
        .containsEntry("folds", 3L);
    assertThat(spans.get(1).getAttributes())
        .containsEntry("version", 3L)
        .containsEntry("reset", "true");
  }

  @Test
  void onlySlowBatchesHaveASpan() {
    operator.batch(FlushReason.END_OF_INPUT, 5, OperatorSpans.SLOW_NANOS - 1);
    assertThat(spans).isEmpty();
    operator.batch(FlushReason.END_OF_INPUT, 5, 2 * OperatorSpans.SLOW_NANOS);
    Span slow = spans.get(0);
    assertThat(slow.getEndTsMillis() - slow.getStartTsMillis()).isEqualTo(2000);
    assertThat(slow.getAttributes())
        .containsEntry("events", 5L)
        .containsEntry("reason", "end_of_input");
  }
}
