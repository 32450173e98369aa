package io.fastweights.jobs.broker;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.events.EventSample;
import io.fastweights.jobs.kafka.KafkaTopics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fastweights broker produce}: files of events as messages of a topic. */
@Command(
    name = "produce",
    description =
        "Send the events of files, CSV or JSON, to a topic: each as a JSON object of its columns.")
final class ProduceCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec command;
  @Mixin private BrokerCommand.Place place;

  @Option(names = "--topic", required = true, paramLabel = "NAME", description = "An existing one.")
  private String topic;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description =
          "Column that becomes the messages' key: events of one key stay in their order. Without it"
              + " messages have no key.")
  private String key;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files or folders of events.")
  private List<Path> files;

  @Override
  public Integer call() throws Exception {
    String brokers = place.address();
    KafkaTopics.require(brokers, Map.of(), List.of(topic));
    Map<String, Object> options =
        Map.of("bootstrap.servers", brokers, "enable.idempotence", true, "linger.ms", 5);
    AtomicLong sent = new AtomicLong();
    AtomicReference<Exception> failure = new AtomicReference<>();
    long unreadable;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer())) {
      unreadable =
          EventSample.forEach(
              files,
              event -> {
                sent.incrementAndGet();
                producer.send(message(event), (told, e) -> failure.compareAndSet(null, e));
              });
      producer.flush();
    }
    if (failure.get() != null) {
      throw new IllegalStateException("not every event was taken: " + failure.get().getMessage());
    }
    PrintWriter out = command.commandLine().getOut();
    out.printf(Locale.ROOT, "%,d events sent to %s at %s%n", sent.get(), topic, brokers);
    if (unreadable > 0) {
      out.printf(Locale.ROOT, "%,d records are not events and were left out%n", unreadable);
    }
    out.flush();
    return sent.get() == 0 ? 1 : 0;
  }

  private ProducerRecord<byte[], byte[]> message(Map<String, String> event) {
    String owner = key == null ? null : event.get(key);
    if (key != null && owner == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "--key: an event has no value of %s, it has %s", key, event.keySet()));
    }
    try {
      return new ProducerRecord<>(
          topic,
          owner == null ? null : owner.getBytes(StandardCharsets.UTF_8),
          JSON.writeValueAsBytes(event));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
