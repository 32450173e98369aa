package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.kernels.Allocations;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.operator.api.ModelUpdate;

/** Any content of a message: new weights or a reason, never another exception. */
class ModelMessageFuzzTest {
  private static final int TIMES_INPUT = 256;

  @FuzzTest
  void anyBytesAreAnUpdateOrMalformed(byte[] bytes) {
    Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(bytes));
  }

  private static ModelUpdate readOrRefuse(byte[] bytes) {
    try {
      ModelUpdate update = ModelMessageParser.read(bytes).update();
      assertThat(update.path()).isNotEmpty().hasSizeLessThanOrEqualTo(4096);
      return update;
    } catch (MalformedEventException e) {
      assertThat(e.getMessage()).isNotBlank();
      return null;
    }
  }
}
