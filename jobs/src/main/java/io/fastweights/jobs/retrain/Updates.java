package io.fastweights.jobs.retrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.jobs.config.KafkaRefreshConfig;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.kafka.ModelMessages;
import io.fastweights.jobs.kafka.TopicWindow;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.operator.api.ModelUpdate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The topic of a job's updates, of which one process at a time is the writer: a second one of the
 * same topic fences the first, whose messages are refused from then on. A message is sent in a
 * transaction of its own and says up to where the events were judged, so that a process that was
 * killed has either sent it or not, and the next one knows which.
 */
final class Updates implements AutoCloseable {
  /** Header: positions in the topic of events that the update was judged up to. */
  static final String JUDGED = "fastweights.judged";

  /** Header: the figures for which the update was sent. */
  static final String REASON = "fastweights.reason";

  /** A partition and the offset after the last message that was judged. */
  private static final Pattern POSITION = Pattern.compile("([0-9]{1,9}):([0-9]{1,18})");

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final KafkaRefreshConfig config;
  private final KafkaProducer<byte[], byte[]> producer;
  private final TopicWindow updates;
  private final TopicWindow refusals;
  private long sent;

  /**
   * Becomes the writer of the topic.
   *
   * @throws IllegalArgumentException if the brokers do not answer or lack a topic
   */
  Updates(KafkaRefreshConfig config) throws Exception {
    this.config = config;
    updates = TopicWindow.of(config.brokers(), config.properties(), config.topic());
    refusals = TopicWindow.of(config.brokers(), config.properties(), config.refusedTopic());
    Properties properties = new Properties();
    properties.putAll(config.properties());
    properties.setProperty(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, config.brokers());
    properties.setProperty(
        ProducerConfig.TRANSACTIONAL_ID_CONFIG, "fastweights-retrain-" + config.topic());
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
  }

  /**
   * What the topics say now. A broker answers a commit before every reader sees its messages: waits
   * for those that this process has sent.
   *
   * @throws IllegalStateException if they do not appear
   */
  Served served() throws InterruptedException {
    long deadline = System.nanoTime() + WAIT.toNanos();
    Served served = read();
    while (served.highest() < sent) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "version %d was sent to topic %s and is not there after %d s",
                sent,
                config.topic(),
                WAIT.toSeconds()));
      }
      // A broker does not notify of a commit: poll.
      Thread.sleep(PAUSE.toMillis());
      served = read();
    }
    return served;
  }

  private Served read() {
    Set<ModelUpdate> refused = new HashSet<>();
    all(refusals, message -> refused.add(ModelMessages.refused(message)));
    TreeMap<Long, ModelUpdate> taken = new TreeMap<>();
    Reading reading = new Reading();
    all(
        updates,
        message -> {
          ModelUpdate update = update(message);
          if (update == null) {
            return;
          }
          reading.highest = Math.max(reading.highest, update.version());
          reading.key = message.key();
          boolean above =
              taken.isEmpty() ? update.version() > 0 : update.version() > taken.lastKey();
          if (above && !refused.contains(ModelUpdate.of(update.path(), update.version()))) {
            taken.put(update.version(), update);
            reading.judged = judged(message);
          }
        });
    return new Served(taken, reading.highest, reading.key, reading.judged);
  }

  /** State of a pass over the updates. */
  private static final class Reading {
    private long highest;
    private byte[] key;
    private Map<Integer, Long> judged = Map.of();
  }

  private static void all(TopicWindow topic, Consumer<Message> reader) {
    topic.read(topic.beginning(), topic.end(), reader::accept);
  }

  /** The update of a message; null for any other message, which the job refuses. */
  private static ModelUpdate update(Message message) {
    try {
      return ModelMessages.update(message.value());
    } catch (MalformedEventException e) {
      return null;
    }
  }

  /** Positions of a header that this class wrote; none of any other. */
  private static Map<Integer, Long> judged(Message message) {
    Map<Integer, Long> positions = new HashMap<>();
    for (int i = 0; i < message.headerNames().length; i++) {
      byte[] value = message.headerValues()[i];
      if (!message.headerNames()[i].equals(JUDGED) || value == null) {
        continue;
      }
      Matcher position = POSITION.matcher(new String(value, StandardCharsets.UTF_8));
      while (position.find()) {
        positions.put(Integer.valueOf(position.group(1)), Long.valueOf(position.group(2)));
      }
    }
    return positions;
  }

  /**
   * Sends an update, which the job takes or refuses as a whole.
   *
   * @param served what the topics said when the update was decided on
   * @param judged positions in the topic of events; null to say none
   * @param reason figures in one line
   * @return false if the topic has a newer update by now: nothing was sent
   * @throws IllegalStateException if another process has become the writer of the topic
   */
  boolean send(ModelUpdate update, Served served, Map<TopicPartition, Long> judged, String reason)
      throws InterruptedException {
    if (served().highest() != served.highest()) {
      return false;
    }
    byte[] key = served.key() == null ? bytes("model") : served.key();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(config.topic(), key, bytes(json(update)));
    record.headers().add(REASON, bytes(reason));
    if (judged != null) {
      StringBuilder positions = new StringBuilder();
      judged.forEach(
          (partition, offset) ->
              positions
                  .append(positions.isEmpty() ? "" : ",")
                  .append(partition.partition())
                  .append(':')
                  .append(offset));
      record.headers().add(JUDGED, bytes(positions.toString()));
    }
    send(record);
    sent = update.version();
    return true;
  }

  private void send(ProducerRecord<byte[], byte[]> record) throws InterruptedException {
    try {
      producer.beginTransaction();
      producer.send(record).get();
      producer.commitTransaction();
    } catch (ExecutionException e) {
      throw fenced(e.getCause()) ? another() : new IllegalStateException(e.getCause());
    } catch (KafkaException e) {
      if (fenced(e)) {
        throw another();
      }
      throw e;
    }
  }

  private static boolean fenced(Throwable failure) {
    return failure instanceof ProducerFencedException
        || failure instanceof InvalidProducerEpochException;
  }

  private IllegalStateException another() {
    return new IllegalStateException(
        String.format(
            Locale.ROOT,
            "another process retrains for topic %s now; this one has sent nothing",
            config.topic()));
  }

  private static String json(ModelUpdate update) {
    ObjectNode message = JSON.createObjectNode();
    message.put("path", update.path()).put("version", update.version());
    if (update.sha256() != null) {
      message.put("sha256", update.sha256());
    }
    return message.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    producer.close();
    updates.close();
    refusals.close();
  }
}
