package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorEventTest {
  private static final int DIM = 37;

  private static float[] full() {
    float[] vector = new float[DIM];
    Arrays.fill(vector, -EncodedEvent.MOST);
    return vector;
  }

  @ParameterizedTest
  @ValueSource(
      floats = {
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        1.0000001e6f,
        -Float.MAX_VALUE
      })
  void aFloatThatIsNoneIsFoundWhereverItStands(float wrong) {
    for (int place = 0; place < DIM; place++) {
      float[] vector = full();
      vector[place] = wrong;
      assertThatThrownBy(() -> Schema.encodeVector(new RawEvent(0).vector(vector), DIM, 0))
          .isInstanceOf(MalformedEventException.class)
          .hasMessage(
              String.format(
                  Locale.ROOT,
                  "float %d of the vector is %s, must be within +-1000000.0",
                  place,
                  wrong));
    }
  }

  @Test
  void theFirstOfSeveralIsNamed() {
    float[] vector = full();
    vector[5] = 2e6f;
    vector[20] = Float.NaN;
    assertThatThrownBy(() -> Schema.encodeVector(new RawEvent(0).vector(vector), DIM, 0))
        .hasMessageStartingWith("float 5 of the vector is 2000000.0");
  }

  @Test
  void theLargestFloatsAreTakenAndTheReadersArrayIsItsOwn() throws Exception {
    float[] vector = full();
    EncodedEvent event = Schema.encodeVector(new RawEvent(0).vector(vector), DIM, 0);
    vector[3] = 7;
    assertThat(event.vector()).isEqualTo(full());
  }
}
