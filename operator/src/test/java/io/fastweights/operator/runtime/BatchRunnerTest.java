package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.ThreadedEngine;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions.EventOrder;
import io.fastweights.operator.cache.HotMemory;
import io.fastweights.operator.metrics.FlushReason;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.Fading;
import io.fastweights.operator.stored.StoredNames;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.KeyedMaps;
import io.fastweights.operator.testkit.LateEngine;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.state.FastWeightStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.util.function.ThrowingRunnable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Batches in flight, on a device that executes as late as possible. */
class BatchRunnerTest {
  private static final int TRIPS = 600;

  private final KeyedMaps state = new KeyedMaps();
  private final List<String> lines = new ArrayList<>();
  private Oracle oracle;
  private KeyExpiry expiry = new KeyExpiry(0, () -> {});
  private Duration halfLife = Duration.ZERO;
  private final Queue<ThrowingRunnable<Exception>> stepped = new ConcurrentLinkedQueue<>();
  private Engine engine;
  private HotMemory memory;
  private BatchRunner<Trip> runner;
  private long answered;

  private void create(int inFlight, int batchSize, int slots, double fold) {
    create(
        new LateEngine(EngineProvider.create(model(), EngineOptions.cpu(slots)), inFlight),
        batchSize,
        slots,
        fold);
  }

  /** With nothing learned; every second time memories fade. */
  private void begin(TestModel model, long seed) {
    state.clear();
    lines.clear();
    answered = 0;
    halfLife = seed % 2 == 0 ? Duration.ZERO : Duration.ofHours(1);
    oracle = model.oracle().halfLife(halfLife.toMillis());
  }

  private Model model() {
    return oracle.eventModel().model();
  }

  private void create(Engine by, int batchSize, int slots, double fold) {
    EventModel model = oracle.eventModel();
    engine = by;
    FastWeightStore store =
        new FastWeightStore(
            state.store(), model.model().memory(), LogShape.of(model.model()), model.recipe());
    memory =
        new HotMemory(
            engine, Storage.FP32, store, fold, slots / 2, key -> 0, state::currentKey, () -> 0);
    runner =
        new BatchRunner<>(
            model,
            engine,
            memory,
            expiry,
            new Fading(halfLife),
            EventOrder.REFUSE,
            batchSize,
            false,
            new Recorder());
  }

  /** Keys that expire, and are never purged. */
  @SuppressWarnings("unchecked")
  private static KeyExpiry expiry(long ttl) {
    KeyedMaps timers = new KeyedMaps();
    KeyExpiry expiry = new KeyExpiry(ttl, () -> {});
    expiry.purge(
        null,
        null,
        timers::currentKey,
        timers.store().getState(new ValueStateDescriptor<>(StoredNames.EXPIRY_TIMER, Types.LONG)),
        (InternalTimerService<VoidNamespace>)
            Proxy.newProxyInstance(
                BatchRunnerTest.class.getClassLoader(),
                new Class<?>[] {InternalTimerService.class},
                (proxy, method, arguments) -> null));
    return expiry;
  }

  private final class Recorder implements BatchRunner.Output<Trip> {
    @Override
    public void predicted(
        Pending<Trip> pending, float[] values, float recallError, float[] embedding) {
      EncodedEvent event = pending.event;
      lines.add(
          Answers.line(pending.value, event.timestamp(), event.observe(), values, recallError));
    }

    @Override
    public void refused(Pending<Trip> pending) {
      lines.add(Answers.refusal(pending.value));
    }

    @Override
    public void overflowed(Pending<Trip> pending) {
      refused(pending);
    }

    @Override
    public void stepped(BatchRunner<Trip> by, long number) {
      stepped.add(() -> by.completeUntil(number));
    }

    @Override
    public void answered(FlushReason reason, int events, long nanos) {
      answered += events;
    }
  }

  /** Slots from one more than a batch, where every batch must wait for its slots, to plenty. */
  @ParameterizedTest
  @CsvSource({
    "TRANSFORMER, 2, 8, 9, 0.3, 0",
    "TRANSFORMER, 2, 8, 17, 0.3, 40",
    "SCHEMA_TRANSFORMER, 2, 5, 500, 0.3, 0",
    "SCHEMA_TRANSFORMER, 2, 5, 6, 0.3, 5",
    "SCHEMA_TRANSFORMER, 3, 5, 12, 0, 40",
    "ASSOCIATIVE, 3, 16, 40, 0.3, 0",
    "ASSOCIATIVE, 3, 40, 41, 0.3, 10",
    "ASSOCIATIVE, 2, 1, 2, 16, 40",
    "ATTENTION, 1, 8, 20, 0.3, 40"
  })
  void answersAreTheOraclesInTheOrderOfArrivalWhateverIsInFlight(
      TestModel model, int inFlight, int batchSize, int slots, double fold, long ttlMinutes)
      throws Exception {
    for (long seed = Seeds.seed(0), last = seed + 4; seed < last; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      begin(model, seed);
      if (ttlMinutes > 0) {
        oracle.ttl(ttlMinutes * 60_000);
        expiry = expiry(ttlMinutes * 60_000);
      }
      create(inFlight, batchSize, slots, fold);
      List<Trip> trips = Trips.stream(seed, TRIPS).stream().filter(this::isEvent).toList();
      int mostSeen = 0;
      for (Trip trip : trips) {
        add(trip);
        if (runner.collecting().isFull() || random.nextInt(20) == 0) {
          runner.step(FlushReason.SIZE);
        }
        switch (random.nextInt(60)) {
          case 0 -> runner.completeAll();
          case 1 -> checkpoint();
          case 2 -> {
            checkpoint();
            mostSeen = Math.max(mostSeen, mostInFlight());
            create(inFlight, batchSize, slots, fold);
          }
          default -> {}
        }
      }
      checkpoint();
      assertThat(lines).as(Seeds.replay(seed)).isEqualTo(oracle.answers(trips));
      if (ttlMinutes > 0) {
        assertThat(expiry.expired()).as("keys that began anew").isPositive();
      }
      assertThat(answered).isEqualTo(trips.size());
      assertThat(Math.max(mostSeen, mostInFlight())).as("in flight").isEqualTo(inFlight);
    }
  }

  private int mostInFlight() {
    return ((LateEngine) engine).mostSeen();
  }

  /** The thread steps while the task goes on, and says when it has. */
  @ParameterizedTest
  @CsvSource({
    "TRANSFORMER, 8, 9, 0.3",
    "SCHEMA_TRANSFORMER, 5, 12, 0",
    "ATTENTION, 3, 500, 0.3",
    "ASSOCIATIVE, 40, 60, 0.3",
    "ASSOCIATIVE, 1, 2, 16"
  })
  void answersAreTheOraclesWhereAThreadSteps(TestModel model, int batchSize, int slots, double fold)
      throws Exception {
    for (long seed = Seeds.seed(0), last = seed + 8; seed < last; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      begin(model, seed);
      List<Trip> trips = Trips.stream(seed, TRIPS).stream().filter(this::isEvent).toList();
      try (Engine threaded =
          new ThreadedEngine(EngineProvider.create(model(), EngineOptions.cpu(slots)))) {
        create(threaded, batchSize, slots, fold);
        for (Trip trip : trips) {
          add(trip);
          if (runner.collecting().isFull() || random.nextInt(20) == 0) {
            runner.step(FlushReason.SIZE);
          }
          if (random.nextInt(60) == 0) {
            checkpoint();
          }
          for (var mail = stepped.poll(); mail != null; mail = stepped.poll()) {
            mail.run();
          }
        }
        checkpoint();
      }
      assertThat(lines).as(Seeds.replay(seed)).isEqualTo(oracle.answers(trips));
      assertThat(answered).isEqualTo(trips.size());
    }
  }

  private boolean isEvent(Trip trip) {
    try {
      oracle.encode(trip);
      return true;
    } catch (MalformedEventException | RuntimeException e) {
      return false;
    }
  }

  private void add(Trip trip) throws Exception {
    Pending<Trip> pending = runner.collecting().next();
    pending.value = trip;
    pending.key = trip.key;
    pending.event = oracle.encode(trip);
    runner.collecting().add();
  }

  private void checkpoint() throws Exception {
    if (!runner.collecting().isEmpty()) {
      runner.step(FlushReason.BARRIER);
    }
    runner.completeAll();
    memory.saveAll();
  }

  @ParameterizedTest
  @EnumSource(TestModel.class)
  void aBatchIsAnsweredWhenTheNextIsUnderWay(TestModel model) throws Exception {
    oracle = model.oracle();
    create(2, 3, 10, 0.3);
    for (int id = 0; id < 9; id++) {
      add(new Trip(id, "k" + id % 2, Trips.START + id * 1000));
      if (runner.collecting().isFull()) {
        runner.step(FlushReason.SIZE);
      }
      assertThat(lines).as("after event %d", id).hasSize(id < 5 ? 0 : id < 8 ? 3 : 6);
      assertThat(runner.longestWaiting().get(0).value.id).isEqualTo(lines.size());
    }
    runner.completeAll();
    assertThat(lines).hasSize(9);
    assertThat(runner.longestWaiting().isEmpty()).isTrue();
  }
}
