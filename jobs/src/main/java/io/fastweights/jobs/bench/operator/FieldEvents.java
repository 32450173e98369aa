package io.fastweights.jobs.bench.operator;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.EventReader;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.java.tuple.Tuple2;

/** The fields of a benchmark's events, (key, number): they follow from the number. */
final class FieldEvents implements EventReader<Tuple2<Long, Long>> {
  static final Schema SCHEMA =
      Schema.of(
          List.of(
              new Field.Hashed("page", 1024),
              new Field.Numeric("price", 20, 20),
              new Field.Elapsed("since", 16),
              new Field.TimeOfDay("hour", 24, false, ZoneOffset.UTC)),
          new Target.Binary("bought"));

  private static final long serialVersionUID = 1L;
  private static final int PAGES = 1024;

  private transient String[] pages;

  @Override
  public void read(Tuple2<Long, Long> event, RawEvent into) {
    if (pages == null) {
      pages = IntStream.range(0, PAGES).mapToObj(i -> "page-" + i).toArray(String[]::new);
    }
    long number = event.f1;
    into.timestamp(number)
        .set(0, pages[(int) (number % PAGES)])
        .set(1, number % 41)
        .target(number % 3 == 0);
  }
}
