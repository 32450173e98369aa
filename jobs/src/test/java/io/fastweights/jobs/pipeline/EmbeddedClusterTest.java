package io.fastweights.jobs.pipeline;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;

class EmbeddedClusterTest {

  @Test
  void listensOnTheLoopbackAddressAlone() throws Exception {
    Configuration options = new Configuration().set(CoreOptions.DEFAULT_PARALLELISM, 1);
    try (EmbeddedCluster cluster = new EmbeddedCluster(options)) {
      StreamExecutionEnvironment environment = cluster.environment();
      environment.fromSequence(1, 3).sinkTo(new DiscardingSink<>());
      environment.execute();
      URI rest = cluster.restAddress();
      assertThatCode(() -> new Socket("127.0.0.1", rest.getPort()).close())
          .doesNotThrowAnyException();
      assertThatThrownBy(() -> new Socket("127.0.0.2", rest.getPort()).close())
          .isInstanceOf(ConnectException.class);
    }
  }
}
