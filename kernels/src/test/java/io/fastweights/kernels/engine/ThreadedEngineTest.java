package io.fastweights.kernels.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.cpu.CpuEngine;
import io.fastweights.kernels.cpu.ScalarKernels;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.Storage;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The contract, with every batch stepped by the thread; and tests of the thread itself. */
class ThreadedEngineTest extends EngineContractTest {
  private static final Model MODEL =
      new AssociativeMemory(4, 1, 2, new float[] {0.5f, 0.25f}, Normalisation.UNIT);

  @Override
  protected Engine engine(Model model, int slots, Storage storage) {
    return new Submitting(threaded(model, slots, storage));
  }

  private static ThreadedEngine threaded(Model model, int slots, Storage storage) {
    EngineOptions options = new EngineOptions(Device.CPU, slots, storage);
    return new ThreadedEngine(new CpuEngine(model, options, new ScalarKernels()));
  }

  @Override
  protected double tolerance(Storage storage) {
    return 0;
  }

  /** Steps the batches of the contract's tests in the thread. */
  private record Submitting(Engine engine) implements Engine {
    @Override
    public String name() {
      return engine.name();
    }

    @Override
    public Model model() {
      return engine.model();
    }

    @Override
    public MemoryPool pool() {
      return engine.pool();
    }

    @Override
    public void step(EventBatch batch) {
      engine.submit(batch);
      engine.complete(batch);
    }

    @Override
    public void replay(int slot, LoggedEvents events) {
      engine.replay(slot, events);
    }

    @Override
    public void restore(List<SavedMemory> memories) {
      engine.restore(memories);
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  private static EventBatch batch(int slot, float value) {
    EventBatch batch = new EventBatch(MODEL, 1);
    batch.segment(slot, false);
    batch.add(true);
    Arrays.fill(batch.inputs(), value);
    Arrays.fill(batch.targets(), value);
    return batch;
  }

  @Test
  void twoBatchesInFlightLearnTheSameAsOneAfterTheOther() {
    try (Engine threaded = threaded(MODEL, 2, Storage.FP32);
        Engine plain = EngineProvider.create(MODEL, EngineOptions.cpu(2))) {
      EventBatch first = batch(0, 1);
      EventBatch second = batch(0, 2);
      threaded.submit(first);
      threaded.submit(second);
      threaded.complete(first);
      threaded.complete(second);
      EventBatch[] expected = {batch(0, 1), batch(0, 2)};
      plain.step(expected[0]);
      plain.step(expected[1]);
      assertThat(first.outputs()).isEqualTo(expected[0].outputs());
      assertThat(second.outputs()).isEqualTo(expected[1].outputs());
      assertThat(memory(threaded, 0)).isEqualTo(memory(plain, 0));
    }
  }

  private static float[] memory(Engine engine, int slot) {
    float[] memory = new float[MODEL.memory().floats()];
    engine.pool().read(slot, memory, 0);
    return memory;
  }

  @Test
  void aRestoredMemoryIsThereForTheNextBatchAndForWhoReadsIt() {
    try (Engine engine = threaded(MODEL, 3, Storage.FP32)) {
      EventBatch begun = batch(2, 1);
      engine.submit(begun);
      float[] base = new float[MODEL.memory().floats()];
      Arrays.fill(base, 1);
      List<SavedMemory> saved = new ArrayList<>();
      saved.add(new SavedMemory(0, base, List.of()));
      engine.restore(saved);
      saved.clear();
      EventBatch next = batch(0, 2);
      engine.submit(next);
      engine.complete(begun);
      engine.complete(next);
      assertThat(next.outputs()[0]).as("what the key held").isPositive();
      engine.restore(List.of(new SavedMemory(1, base, List.of())));
      assertThat(memory(engine, 1)).isEqualTo(base);
    }
  }

  @Test
  void aThirdBatchIsRefusedAndOneOutOfOrderToo() {
    try (Engine engine = threaded(MODEL, 3, Storage.FP32)) {
      EventBatch first = batch(0, 1);
      EventBatch second = batch(1, 1);
      engine.submit(first);
      engine.submit(second);
      assertThatThrownBy(() -> engine.submit(batch(2, 1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("2 batches are in flight: complete one first");
      assertThatThrownBy(() -> engine.complete(second)).isInstanceOf(IllegalStateException.class);
      engine.complete(first);
      engine.complete(second);
    }
  }

  @Test
  void aFailedStepFailsWhoCompletesItAndTheThreadGoesOn() {
    try (Engine engine = threaded(MODEL, 2, Storage.FP32)) {
      EventBatch wrong = batch(2, 1);
      engine.submit(wrong);
      assertThatThrownBy(() -> engine.complete(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("slot is 2, the pool has 2 slots");
      EventBatch right = batch(1, 1);
      engine.submit(right);
      engine.complete(right);
      assertThat(memory(engine, 1)).as("learned").isNotEqualTo(memory(engine, 0));
    }
  }

  @Test
  void anErrorOfTheThreadIsThrownAsItIs() {
    AssertionError error = new AssertionError("no room");
    Engine failing =
        (Engine)
            Proxy.newProxyInstance(
                ThreadedEngineTest.class.getClassLoader(),
                new Class<?>[] {Engine.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("step")) {
                    throw error;
                  }
                  return null;
                });
    try (Engine engine = new ThreadedEngine(failing)) {
      EventBatch batch = batch(0, 1);
      engine.submit(batch);
      assertThatThrownBy(() -> engine.complete(batch)).isSameAs(error);
    }
  }

  @Test
  void memoriesThatAreSentInPiecesAreRestoredPieceByPiece() {
    try (Engine engine = threaded(MODEL, 3, Storage.FP32)) {
      EventBatch begun = batch(2, 1);
      engine.submit(begun);
      float[] base = new float[MODEL.memory().floats()];
      Arrays.fill(base, 1);
      engine.restore(List.of(new SavedMemory(0, base, List.of())));
      engine.restore(List.of(new SavedMemory(1, base, List.of())));
      Arrays.fill(base, 2);
      engine.complete(begun);
      assertThat(memory(engine, 0)[0]).as("restored when the second piece came").isEqualTo(1);
      assertThat(memory(engine, 1)[0]).as("waited").isEqualTo(2);
    }
  }

  @Test
  void itSaysWhenABatchCanBeCompleted() throws Exception {
    try (Engine engine = threaded(MODEL, 1, Storage.FP32)) {
      CountDownLatch stepped = new CountDownLatch(1);
      EventBatch batch = batch(0, 1);
      engine.submit(batch, stepped::countDown);
      assertThat(stepped.await(1, TimeUnit.MINUTES)).isTrue();
      Thread.currentThread().interrupt();
      engine.complete(batch);
      assertThat(Thread.interrupted()).as("complete did not wait").isTrue();
    }
  }

  @Test
  void aWaitingThreadCanBeInterrupted() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    try (Engine engine = threaded(MODEL, 1, Storage.FP32)) {
      EventBatch first = batch(0, 1);
      EventBatch second = batch(0, 1);
      engine.submit(first, () -> hold(held));
      engine.submit(second);
      engine.complete(first);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> engine.complete(second)).isInstanceOf(EngineException.class);
      assertThat(Thread.interrupted()).as("still to be seen").isTrue();
    } finally {
      held.countDown();
    }
  }

  private static void hold(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void itsThreadEndsWithIt() throws Exception {
    CountDownLatch stepped = new CountDownLatch(1);
    Thread[] thread = new Thread[1];
    try (Engine engine = threaded(MODEL, 1, Storage.FP32)) {
      engine.submit(
          batch(0, 1),
          () -> {
            thread[0] = Thread.currentThread();
            stepped.countDown();
          });
      stepped.await();
    }
    thread[0].join(60_000);
    assertThat(thread[0].isAlive()).isFalse();
  }
}
