package io.fastweights.kernels.cuda.driver;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A resource of the driver that must be released exactly once. Its creator closes it; a resource
 * that becomes garbage unclosed is a leak, and is logged as an error. It is not freed then: the
 * driver frees all at the end of the process, and freeing it would hide the fault.
 */
public abstract class NativeResource implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NativeResource.class);
  private static final Cleaner CLEANER = Cleaner.create();
  private static final AtomicInteger LIVE = new AtomicInteger();
  private static final AtomicInteger LEAKED = new AtomicInteger();

  private final Ownership ownership;
  private final Cleaner.Cleanable cleanable;

  /**
   * @param what names the resource in messages: "1024 bytes of device memory"
   */
  @SuppressWarnings("this-escape") // The cleaner keeps it and calls nothing of it.
  protected NativeResource(String what) {
    ownership = new Ownership(what);
    cleanable = CLEANER.register(this, ownership);
  }

  /** To be called once the driver has granted the resource. */
  protected final void granted() {
    ownership.held = true;
    LIVE.incrementAndGet();
  }

  /** Releases the resource; returns the driver's status. */
  protected abstract int free();

  /** A second call does nothing. */
  @Override
  public final void close() {
    if (ownership.held) {
      ownership.held = false;
      LIVE.decrementAndGet();
      cleanable.clean();
      Driver.check(free(), "free " + ownership.what);
    }
  }

  /** Resources held now, by all engines of the process. */
  public static int live() {
    return LIVE.get();
  }

  /** Resources that were never closed. */
  public static int leaked() {
    return LEAKED.get();
  }

  private static final class Ownership implements Runnable {
    final String what;
    volatile boolean held;

    Ownership(String what) {
      this.what = what;
    }

    @Override
    public void run() {
      if (held) {
        LEAKED.incrementAndGet();
        LOG.error("leaked: {} was never closed", what);
      }
    }
  }
}
