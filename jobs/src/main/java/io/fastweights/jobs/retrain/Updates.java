package io.fastweights.jobs.retrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.jobs.config.KafkaRefreshConfig;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.kafka.ModelMessage;
import io.fastweights.jobs.kafka.ModelMessages;
import io.fastweights.jobs.kafka.TopicWindow;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.operator.api.ModelUpdate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
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

  /** Header: positions in the topic of comparisons at which the trial of the candidate begins. */
  static final String TRIAL = "fastweights.trial";

  /** End of the key of updates for the shadow, which compaction keeps beside those that serve. */
  private static final String OF_SHADOW = ".shadow";

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
    Reading reading = new Reading();
    all(updates, message -> reading.add(message, refused));
    return reading.served();
  }

  /** State of a pass over the updates. */
  private static final class Reading {
    private final TreeMap<Long, ModelUpdate> taken = new TreeMap<>();
    private long highest;
    private byte[] key;
    private Positions judged = Positions.NONE;
    private Served.Trial trial;

    void add(Message message, Set<ModelUpdate> refused) {
      ModelMessage read = message(message);
      if (read == null) {
        return;
      }
      ModelUpdate update = read.update();
      boolean isRefused = refused.contains(ModelUpdate.of(update.path(), update.version()));
      highest = Math.max(highest, update.version());
      if (read.shadow()) {
        String from = header(message, TRIAL);
        trial = from == null ? null : new Served.Trial(update, Positions.of(from), isRefused);
        judged = header(message, JUDGED) == null ? judged : judged(message);
        return;
      }
      key = message.key();
      boolean above = taken.isEmpty() ? update.version() > 0 : update.version() > taken.lastKey();
      if (above && !isRefused) {
        taken.put(update.version(), update);
        judged = judged(message);
        trial = null;
      }
    }

    Served served() {
      return new Served(taken, highest, key, judged, trial);
    }
  }

  private static void all(TopicWindow topic, Consumer<Message> reader) {
    topic.read(topic.beginning(), topic.end(), reader::accept);
  }

  /** Null for any other message, which the job refuses. */
  private static ModelMessage message(Message message) {
    try {
      return ModelMessages.read(message.value());
    } catch (MalformedEventException e) {
      return null;
    }
  }

  /** Positions of a header that this class wrote; none of any other. */
  private static Positions judged(Message message) {
    String header = header(message, JUDGED);
    return header == null ? Positions.NONE : Positions.of(header);
  }

  /** The last one of the name; null for none. */
  private static String header(Message message, String name) {
    String found = null;
    for (int i = 0; i < message.headerNames().length; i++) {
      byte[] value = message.headerValues()[i];
      if (message.headerNames()[i].equals(name) && value != null) {
        found = new String(value, StandardCharsets.UTF_8);
      }
    }
    return found;
  }

  /**
   * Sends an update, which the job takes or refuses as a whole.
   *
   * @param served what the topics said when the update was decided on
   * @param judged positions in the topic of events; none to say nothing
   * @param reason figures in one line
   * @return false if the topic has a newer update by now: nothing was sent
   * @throws IllegalStateException if another process has become the writer of the topic
   */
  boolean send(ModelUpdate update, Served served, Positions judged, String reason)
      throws InterruptedException {
    return send(record(update, false, served, judged, reason), update.version(), served);
  }

  /**
   * Sends a candidate to the shadow, as {@link #send} does.
   *
   * @param from positions in the topic of comparisons
   */
  boolean tryOut(
      ModelUpdate candidate, Served served, Positions judged, Positions from, String reason)
      throws InterruptedException {
    ProducerRecord<byte[], byte[]> record = record(candidate, true, served, judged, reason);
    record.headers().add(TRIAL, bytes(from.text()));
    return send(record, candidate.version(), served);
  }

  /**
   * Ends the trial of a candidate, as {@link #send} does.
   *
   * @param again the weights that serve, which the shadow gets
   */
  boolean withdraw(ModelUpdate again, Served served, String reason) throws InterruptedException {
    return send(record(again, true, served, served.judged(), reason), again.version(), served);
  }

  private ProducerRecord<byte[], byte[]> record(
      ModelUpdate update, boolean shadow, Served served, Positions judged, String reason) {
    byte[] key = served.key() == null ? bytes("model") : served.key();
    if (shadow) {
      byte[] end = bytes(OF_SHADOW);
      byte[] own = Arrays.copyOf(key, key.length + end.length);
      System.arraycopy(end, 0, own, key.length, end.length);
      key = own;
    }
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(config.topic(), key, bytes(json(update, shadow)));
    record.headers().add(REASON, bytes(reason));
    if (!judged.offsets().isEmpty()) {
      record.headers().add(JUDGED, bytes(judged.text()));
    }
    return record;
  }

  private boolean send(ProducerRecord<byte[], byte[]> record, long version, Served served)
      throws InterruptedException {
    if (served().highest() != served.highest()) {
      return false;
    }
    send(record);
    sent = version;
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

  private static String json(ModelUpdate update, boolean shadow) {
    ObjectNode message = JSON.createObjectNode();
    message.put("path", update.path()).put("version", update.version());
    if (update.sha256() != null) {
      message.put("sha256", update.sha256());
    }
    if (shadow) {
      message.put("shadow", true);
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
