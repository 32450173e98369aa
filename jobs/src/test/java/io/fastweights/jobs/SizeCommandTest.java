package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SizeCommandTest extends CommandTest {
  private JsonNode figures(Object... more) throws Exception {
    Path json = folder.resolve("size.json");
    Object[] args = java.util.Arrays.copyOf(more, more.length + 3);
    System.arraycopy(more, 0, args, 1, more.length);
    args[0] = "size";
    args[more.length + 1] = "--json";
    args[more.length + 2] = json;
    Result result = execute(args);
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    return new ObjectMapper().readTree(json.toFile());
  }

  private JsonNode of(String keys, String events, String memory) throws Exception {
    return figures("--keys", keys, "--events-per-second", events, "--memory", memory);
  }

  @Test
  void whatWasMeasuredComesOutAsItWasMeasured() throws Exception {
    JsonNode size = of("1000000", "32000", "16KiB");
    assertThat(size.get("eventsPerCore").asDouble()).isCloseTo(32_900, within(0.5));
    assertThat(size.get("coresForEvents").asInt()).isEqualTo(1);
    assertThat(size.get("cores").asInt()).isEqualTo(2);
    assertThat(size.get("checkpointBytesPerSecond").asDouble())
        .isCloseTo(32_000 * 2370.0, within(1.0));
    assertThat(size.get("stateBytesSeenOnce").asDouble()).isCloseTo(680e6, within(1.0));
    assertThat(size.get("extrapolated").asText()).isEmpty();
    assertThat(of("100000", "1e4", "256 kb").get("eventsPerCore").asDouble())
        .isCloseTo(10_700, within(0.5));
  }

  @Test
  void moreEventsKeysOrBytesNeverNeedFewerCores() throws Exception {
    int before = 0;
    for (String events : new String[] {"1e3", "1e5", "1e6", "1e8"}) {
      int cores = of("1e8", events, "16KiB").get("cores").asInt();
      assertThat(cores).as("at %s events/s", events).isGreaterThanOrEqualTo(before);
      before = cores;
    }
    before = 0;
    for (String keys : new String[] {"1", "1e4", "1e6", "1e9", "1e12"}) {
      int cores = of(keys, "1e6", "16KiB").get("cores").asInt();
      assertThat(cores).as("of %s keys", keys).isGreaterThanOrEqualTo(before);
      before = cores;
    }
    before = 0;
    for (String memory : new String[] {"256b", "4KiB", "30KiB", "64KiB", "1MiB"}) {
      int cores = of("1e6", "1e6", memory).get("cores").asInt();
      assertThat(cores).as("of memories of %s", memory).isGreaterThanOrEqualTo(before);
      before = cores;
    }
  }

  @Test
  void saysWhatLiesBeyondTheTables() throws Exception {
    assertThat(of("1e9", "1e6", "1MiB").get("extrapolated").asText())
        .contains(" cores; 2 were measured")
        .contains("keys a subtask; at most 1,000,000 were measured")
        .contains("memories of 1 MiB; 4 KiB to 256 KiB were measured");
  }

  @Test
  void withPricesItSaysWhatAMonthCosts() throws Exception {
    JsonNode size =
        figures(
            "--keys=1e6",
            "--events-per-second=32000",
            "--memory=16KiB",
            "--core-hour=0.05",
            "--storage-gib-month=0.1");
    assertThat(size.get("coresMonth").asDouble()).isCloseTo(2 * 0.05 * 730, within(1e-9));
    assertThat(size.get("ramMonth").asDouble()).isZero();
    assertThat(size.get("storageMonth").asDouble())
        .isCloseTo(2 * 2 * 1e6 * 16384 / (1 << 30) * 0.1, within(1e-9));
  }

  @Test
  void refusesWhatIsOutOfRange() {
    Result keys = execute("size", "--keys=0", "--events-per-second=1", "--memory=16KiB");
    assertThat(keys.exitCode()).isEqualTo(1);
    assertThat(keys.err()).contains("--keys is 0, must be between 1 and 1,000,000,000,000");
    Result memory = execute("size", "--keys=1", "--events-per-second=1", "--memory=16XB");
    assertThat(memory.exitCode()).isEqualTo(2);
    assertThat(memory.err()).contains("'16XB' is no size, as 16KiB or 1mb are");
  }
}
