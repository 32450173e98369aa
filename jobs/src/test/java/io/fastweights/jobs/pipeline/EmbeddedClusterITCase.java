package io.fastweights.jobs.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Listening sockets of a cluster in this process, as reported by the kernel. */
class EmbeddedClusterITCase {
  private static final String LISTENING = "0A";

  @Test
  @SuppressWarnings("try")
  void listensOnLoopbackAlone() throws Exception {
    Set<String> before = ownSockets();
    Configuration options =
        new Configuration()
            .set(CoreOptions.DEFAULT_PARALLELISM, 1)
            .set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
    try (EmbeddedCluster cluster = new EmbeddedCluster(options)) {
      StreamExecutionEnvironment environment = cluster.environment();
      environment.fromSequence(1, 3).sinkTo(new DiscardingSink<>());
      environment.execute();
      Set<String> opened = ownSockets();
      opened.removeAll(before);
      List<String> addresses = listening(opened);
      assertThat(addresses).isNotEmpty().allMatch(EmbeddedClusterITCase::isLoopback);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0100007F:1F90, true",
    "0000000000000000FFFF00000100007F:1F90, true",
    "00000000000000000000000001000000:1F90, true",
    "00000000:1F90, false",
    "00000000000000000000000000000000:1F90, false",
    "0000000000000000FFFF00000A00000A:1F90, false"
  })
  void anAddressOfTheKernelIsLoopbackOrNot(String address, boolean loopback) {
    assertThat(isLoopback(address)).isEqualTo(loopback);
  }

  private static boolean isLoopback(String address) {
    return address.matches("(0{16}FFFF0000)?[0-9A-F]{6}7F:.*|0{24}01000000:.*");
  }

  /** Inodes of the sockets of this process. */
  private static Set<String> ownSockets() throws IOException {
    Set<String> sockets = new HashSet<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        try {
          String target = Files.readSymbolicLink(file).toString();
          if (target.startsWith("socket:[")) {
            sockets.add(target.substring(8, target.length() - 1));
          }
        } catch (NoSuchFileException e) {
          // Closed since the folder was listed.
        }
      }
    }
    return sockets;
  }

  /** Local addresses of those that listen, in the kernel's digits: see proc(5). */
  private static List<String> listening(Set<String> inodes) throws IOException {
    try (Stream<String> tcp = Files.lines(Path.of("/proc/net/tcp"));
        Stream<String> tcp6 = Files.lines(Path.of("/proc/net/tcp6"))) {
      return Stream.concat(tcp, tcp6)
          .map(line -> line.strip().split("\\s+"))
          .filter(fields -> fields[3].equals(LISTENING) && inodes.contains(fields[9]))
          .map(fields -> fields[1])
          .toList();
    }
  }
}
