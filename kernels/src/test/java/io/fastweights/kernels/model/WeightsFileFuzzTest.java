package io.fastweights.kernels.model;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/**
 * Any bytes as a weights file. The seeds in the test resources always run; {@code JAZZER_FUZZ=1 mvn
 * test -Dtest=WeightsFileFuzzTest} searches for more.
 */
class WeightsFileFuzzTest {

  @FuzzTest(maxDuration = "5m")
  void anyBytesGiveWeightsOrATypedError(byte[] bytes) throws IOException {
    WeightsBytes.readAny(bytes);
  }
}
