package io.fastweights.kernels.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.cuda.SimulatedDevice;
import io.fastweights.kernels.engine.EngineException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A native resource is released once; a resource that is not released is detected. */
class NativeResourceTest {
  private static final int OUT_OF_MEMORY = 2;

  @BeforeEach
  void load() {
    SimulatedDevice.load();
  }

  @Test
  void aResourceThatIsNeverClosedIsCountedAsALeak() throws InterruptedException {
    int leaked = NativeResource.leaked();
    forget();
    Instant end = Instant.now().plus(Duration.ofSeconds(60));
    while (NativeResource.leaked() == leaked && Instant.now().isBefore(end)) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(NativeResource.leaked()).isEqualTo(leaked + 1);
  }

  private static void forget() {
    new Thing(0);
  }

  @Test
  void isFreedOnceAndItsFailureIsTold() {
    int live = NativeResource.live();
    Thing thing = new Thing(OUT_OF_MEMORY);
    assertThat(NativeResource.live()).isEqualTo(live + 1);
    assertThatThrownBy(thing::close)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("cannot free a thing")
        .hasMessageContaining("OUT_OF_MEMORY");
    thing.close();
    assertThat(thing.freed).isEqualTo(1);
    assertThat(NativeResource.live()).isEqualTo(live);
  }

  private static final class Thing extends NativeResource {
    private final int status;
    private int freed;

    Thing(int status) {
      super("a thing");
      this.status = status;
      granted();
    }

    @Override
    protected int free() {
      freed++;
      return status;
    }
  }
}
