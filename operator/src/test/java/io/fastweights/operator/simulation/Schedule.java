package io.fastweights.operator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.Trip;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.Checkpoint;
import io.fastweights.operator.testkit.Inputs.Arrival;
import io.fastweights.operator.testkit.Job;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.Output;
import io.fastweights.operator.testkit.Output.Stream;
import io.fastweights.operator.testkit.PlainLoop;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.Setup;
import io.fastweights.state.Recipe;
import io.fastweights.state.StoredMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;

/**
 * All that can happen to a job, in an order drawn from a seed. Its input is a {@link Script}.
 * Meanwhile time passes; checkpoints are taken, of which up to two are written while events go on
 * and some never are; failures lose what came after the last complete one, also in the middle of a
 * write to state; a stop with a savepoint, drained or not, after which the job goes on with other
 * settings; and each restart may have another number of subtasks. In every case the output equals
 * that of {@link PlainLoop}, bit for bit and in its order.
 */
final class Schedule {
  /** A checkpoint, and how many arrivals were before it. */
  private record Cut<C>(int place, C checkpoint) {}

  private static final int[] PARALLELISMS = {1, 4, 2};

  private final SplittableRandom random;
  private final String name;
  private final Setup setup;
  private final FastWeightStream<Trip> stream;
  private final Setup later;
  private final FastWeightStream<Trip> laterStream;
  private final List<Arrival> script;
  private final int stop;
  private final boolean drains;
  private final PlainLoop loop;
  private final List<List<Output>> expected = new ArrayList<>();
  private final Faults faults;
  private final Deque<Cut<Checkpoint.Writing>> writing = new ArrayDeque<>();
  private Cut<Checkpoint> last = new Cut<>(0, null);
  private Job job;
  private int begun;
  private int at;
  private long checkpoints;
  private int failures;
  private int declined;

  public Schedule(long seed) throws Exception {
    this(Device.CPU, seed, ScheduleTest.class);
  }

  /**
   * @param test replays it from a seed
   */
  public Schedule(Device device, long seed, Class<?> test) throws Exception {
    random = new SplittableRandom(seed);
    setup = Setup.draw(device, seed, random);
    stream = setup.build();
    Script drawn = Script.draw(seed, setup);
    script = drawn.arrivals();
    stop = drawn.stopped();
    drains = drawn.drains();
    later = stop < 0 ? setup : setup.again(random);
    laterStream = stop < 0 ? stream : later.build();
    name = setup + ", from " + stop + " " + later + ", " + Seeds.replay(seed, test);
    faults = new Faults(seed);
    loop = new PlainLoop(setup);
    for (Arrival arrival : script) {
      arrival.at(loop);
      if (expected.size() == stop) {
        loop.oracle().ttl(later.ttlMillis());
      }
      expected.add(loop.take());
    }
  }

  /** Runs it to the end of the script. */
  public void run() throws Exception {
    try {
      restore(drawParallelism());
      while (at < script.size()) {
        try {
          act();
        } catch (Exception e) {
          if (!Faults.Injected.isBehind(e)) {
            throw e;
          }
          fail();
        }
      }
      faults.disarm();
      begin();
      while (!writing.isEmpty()) {
        complete();
      }
      assertThatStateIsThatOfThePlainLoop();
      restore(drawParallelism());
      assertThatStateIsThatOfThePlainLoop();
    } catch (Exception e) {
      throw new AssertionError(name, e);
    } finally {
      if (job != null) {
        job.close();
      }
    }
  }

  private void act() throws Exception {
    int action = random.nextInt(40);
    if (action < 31) {
      script.get(at++).at(job);
      if (at - 1 == stop) {
        goOn();
      }
    } else if (action < 33) {
      job.pass(random.nextInt(2 * setup.linger() + 2));
    } else if (action < 35) {
      begin();
    } else if (action < 37 && !writing.isEmpty()) {
      complete();
    } else if (action == 37 && random.nextInt(3) == 0) {
      fail();
    } else if (action == 38 && random.nextInt(3) == 0) {
      faults.failWrites(1.0 / (1 + random.nextInt(30)), 1);
    } else if (action == 39) {
      faults.failSnapshots(1, 1);
    }
  }

  /** A checkpoint; a third at once makes the first complete. */
  private void begin() throws Exception {
    job.barrier(++checkpoints);
    assertThatAllCameOut();
    writing.add(new Cut<>(at, job.snapshot(checkpoints)));
    if (writing.size() > 2) {
      complete();
    }
  }

  /** Restores the savepoint of the stop in a job of other settings; not if it was not written. */
  private void goOn() throws Exception {
    begin();
    while (!writing.isEmpty()) {
      complete();
    }
    if (last.place() == at) {
      restore(drawParallelism());
    } else {
      fail();
    }
  }

  private void complete() throws Exception {
    Cut<Checkpoint.Writing> oldest = writing.remove();
    try {
      last = new Cut<>(oldest.place(), oldest.checkpoint().complete());
    } catch (ExecutionException e) {
      if (!Faults.Injected.isBehind(e)) {
        throw e;
      }
      oldest.checkpoint().cancel();
      declined++;
    }
  }

  /** Fails the job: output since the last complete checkpoint is repeated, by other subtasks. */
  private void fail() throws Exception {
    failures++;
    assertThatNothingElseCameOut();
    restore(drawParallelism());
  }

  /** Mostly 1: subtasks take time. */
  private int drawParallelism() {
    return PARALLELISMS[random.nextInt(4) == 0 ? random.nextInt(PARALLELISMS.length) : 0];
  }

  private void restore(int parallelism) throws Exception {
    for (Cut<Checkpoint.Writing> lost : writing) {
      lost.checkpoint().cancel();
    }
    writing.clear();
    faults.disarm();
    if (job != null) {
      job.abandon();
    }
    begun = last.place();
    at = begun;
    boolean stopped = stop >= 0 && begun > stop;
    job =
        new Job(
            stopped ? later : setup,
            stopped ? laterStream : stream,
            new FaultyBackend(OperatorHarness.backend(setup.backend()), faults),
            parallelism,
            last.checkpoint());
  }

  private void assertThatAllCameOut() {
    for (int subtask = 0; subtask < job.parallelism(); subtask++) {
      for (Stream stream : Stream.values()) {
        assertThat(sorted(stream, job.lines(stream, subtask)))
            .as("%s of arrivals %d to %d, %s", stream, begun, at, name)
            .isEqualTo(sorted(stream, expected(stream, subtask)));
      }
    }
  }

  /** A failure may come in the middle of anything. */
  private void assertThatNothingElseCameOut() {
    for (int subtask = 0; subtask < job.parallelism(); subtask++) {
      for (Stream stream : Stream.values()) {
        List<String> lines = job.lines(stream, subtask);
        List<String> all = expected(stream, subtask);
        if (stream == Stream.MALFORMED) {
          assertThat(lines).as(name).isSubsetOf(all).doesNotHaveDuplicates();
        } else {
          assertThat(lines)
              .as("%s of arrivals %d to %d, %s", stream, begun, at, name)
              .isEqualTo(all.subList(0, Math.min(all.size(), lines.size())));
        }
      }
    }
  }

  /** Some events are refused as they come, others when their batch is answered. */
  private static List<String> sorted(Stream stream, List<String> lines) {
    return stream == Stream.MALFORMED ? Answers.sorted(lines) : lines;
  }

  private List<String> expected(Stream stream, int subtask) {
    return Output.lines(
        stream,
        expected.subList(begun, at).stream()
            .flatMap(List::stream)
            .filter(output -> output.isOf(subtask, job.parallelism()))
            .toList());
  }

  private void assertThatStateIsThatOfThePlainLoop() throws Exception {
    assertThat(job.keysWaiting()).as("keys with events that wait, %s", name).isEmpty();
    assertThat(job.keysAsked())
        .as("keys with asks that wait, %s", name)
        .isEqualTo(loop.keysAsked());
    Oracle oracle = loop.oracle();
    Map<String, StoredMemory> stored = job.stored();
    Map<String, float[]> memories = oracle.memories();
    EventModel model = oracle.eventModel();
    LogReplay ofModel = new LogReplay(model.model());
    LogReplay ofRecipe =
        Recipe.parse(model.recipe()).replay(model.model().memory(), LogShape.of(model.model()));
    stored.keySet().removeAll(emptiedAfter(stored.keySet()));
    assertThat(stored.keySet()).as(name).isEqualTo(memories.keySet());
    for (Map.Entry<String, StoredMemory> entry : stored.entrySet()) {
      String key = entry.getKey();
      int floats = memories.get(key).length;
      assertThat(bits(entry.getValue().replay(ofModel, floats)))
          .as("W of %s, %s", key, name)
          .isEqualTo(bits(memories.get(key)));
      assertThat(bits(entry.getValue().replay(ofRecipe, floats)))
          .as("W of %s without the model, %s", key, name)
          .isEqualTo(bits(memories.get(key)));
      assertThat(entry.getValue().events())
          .as("events of %s, %s", key, name)
          .isEqualTo(oracle.learned(key));
    }
  }

  /** Keys of the job before that have expired may stay for another ttl. */
  private Set<String> emptiedAfter(Set<String> stored) {
    Set<String> emptied = new HashSet<>(loop.oracle().emptied());
    emptied.retainAll(stored);
    if (stop < 0 || later.ttl().isZero()) {
      assertThat(emptied).as("expired keys, %s", name).isEmpty();
    }
    return emptied;
  }

  /** Not the values: -0 is not 0. */
  private static int[] bits(float[] weights) {
    int[] bits = new int[weights.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(weights[i]);
    }
    return bits;
  }

  /** Number of the plain loop's output lines in a stream that contain a text. */
  public int outputs(Stream stream, String text) {
    return (int)
        expected.stream()
            .flatMap(List::stream)
            .filter(output -> output.stream() == stream && output.line().contains(text))
            .count();
  }

  /** Number of times that the job replaced its weights. */
  public int refreshes() {
    return loop.refreshes();
  }

  /** Events that emptied the memory of their key. */
  public int forgotten() {
    return loop.forgotten();
  }

  /** Events whose update or answer left the range of floats. */
  public int overflows() {
    return loop.oracle().overflows();
  }

  /** True if the ttl was switched on or off. */
  public boolean switchesTtl() {
    return setup.ttl().isZero() != later.ttl().isZero();
  }

  /** True if the job was stopped with a savepoint and not drained. */
  public boolean stops() {
    return stop >= 0 && !drains;
  }

  /** True if the job was drained. */
  public boolean drains() {
    return drains;
  }

  /** Failures that the job recovered from. */
  public int failures() {
    return failures;
  }

  /** Checkpoints that were never written, while the operator went on. */
  public int declined() {
    return declined;
  }

  /** Failures in the middle of a write to state. */
  public int failedWrites() {
    return faults.writes();
  }

  public Setup setup() {
    return setup;
  }
}
