package io.fastweights.kernels.weights;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/** Any bytes as a weights file. */
class WeightsFileFuzzTest {

  @FuzzTest
  void anyBytesGiveWeightsOrATypedError(byte[] bytes) throws IOException {
    WeightsBytes.readAny(bytes);
  }
}
