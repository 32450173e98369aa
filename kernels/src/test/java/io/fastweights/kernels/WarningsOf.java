package io.fastweights.kernels;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.layout.PatternLayout;

/** The warnings that a class logs while this is open. */
public final class WarningsOf implements AutoCloseable {
  private static final String WARN = "WARN ";
  private static final PatternLayout LEVEL_AND_MESSAGE =
      PatternLayout.newBuilder().withPattern("%p %m").build();

  private final Logger logger;
  private final Kept kept = new Kept();

  private static final class Kept extends AbstractAppender {
    final List<String> messages = new CopyOnWriteArrayList<>();

    Kept() {
      super("kept", null, null, true, Property.EMPTY_ARRAY);
      start();
    }

    @Override
    public void append(LogEvent event) {
      String line = LEVEL_AND_MESSAGE.toSerializable(event);
      if (line.startsWith(WARN)) {
        messages.add(line.substring(WARN.length()));
      }
    }
  }

  public WarningsOf(Class<?> logs) {
    logger = (Logger) LogManager.getLogger(logs);
    logger.addAppender(kept);
  }

  /** The warnings so far, oldest first. */
  public List<String> messages() {
    return kept.messages;
  }

  @Override
  public void close() {
    logger.removeAppender(kept);
  }
}
