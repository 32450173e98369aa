package io.fastweights.operator.metrics;

import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.traces.Span;
import org.apache.flink.traces.reporter.TraceReporter;
import org.apache.flink.traces.reporter.TraceReporterFactory;

/** A trace reporter that keeps the operator's spans. */
public final class KeptSpans implements TraceReporterFactory {
  static final List<Span> SPANS = new CopyOnWriteArrayList<>();

  @Override
  public TraceReporter createTraceReporter(Properties properties) {
    return new TraceReporter() {
      @Override
      public void notifyOfAddedSpan(Span span) {
        if (span.getScope().equals(OperatorSpans.class.getCanonicalName())) {
          SPANS.add(span);
        }
      }

      @Override
      public void open(MetricConfig config) {}

      @Override
      public void close() {}
    };
  }
}
