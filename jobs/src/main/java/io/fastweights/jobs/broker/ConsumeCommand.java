package io.fastweights.jobs.broker;

import io.fastweights.jobs.kafka.KafkaTopics;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights broker consume}: the messages of a topic as lines. */
@Command(
    name = "consume",
    description = "Print the values of a topic's messages, a line each, from the first on.",
    footer = {
      "",
      "Messages of a transaction appear when it is committed: with a job's checkpoint."
    })
final class ConsumeCommand implements Callable<Integer> {
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(1);

  @Spec private CommandSpec command;
  @Mixin private BrokerCommand.Place place;

  @Option(names = "--topic", required = true, paramLabel = "NAME", description = "An existing one.")
  private String topic;

  @Option(names = "--keys", description = "Print each message's key and a tab before its value.")
  private boolean keys;

  @Option(names = "--follow", description = "Go on with messages that come later, until Ctrl-C.")
  private boolean follow;

  @Override
  public Integer call() throws Exception {
    String brokers = place.address();
    KafkaTopics.require(brokers, Map.of(), List.of(topic));
    PrintWriter out = command.commandLine().getOut();
    try (TopicReader reader = new TopicReader(brokers, topic)) {
      while (follow && !out.checkError()) {
        reader.poll(message -> print(message, out));
      }
      reader.finish(LONGEST_TRANSACTION, message -> print(message, out));
    }
    out.flush();
    return 0;
  }

  private void print(ConsumerRecord<byte[], byte[]> message, PrintWriter out) {
    if (keys) {
      out.print(text(message.key()));
      out.print('\t');
    }
    out.println(text(message.value()));
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
  }
}
