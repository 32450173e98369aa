package io.fastweights.operator.simulation;

import io.fastweights.operator.Trip;
import io.fastweights.operator.testkit.Inputs;
import io.fastweights.operator.testkit.Inputs.Arrival;
import io.fastweights.operator.testkit.Setup;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.operator.testkit.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.io.PushingAsyncDataInput.DataOutput;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.StatusWatermarkValve;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Input of a job, drawn from a seed: events of two sources, out of order, late or malformed; the
 * combined watermarks of both, and their idle times; asks with ids, whose labels come once, twice,
 * too late, or never; new weights, valid and invalid; and mostly one stop with a savepoint.
 */
final class Script implements DataOutput<Trip> {
  private static final int SOURCES = 2;
  private static final long MINUTE = 60_000;
  private static final int[] KEYS = {3, 12, 400};
  private static final int[] DISORDER_MINUTES = {1, 3, 12};

  private final List<Arrival> arrivals = new ArrayList<>();
  private final StatusWatermarkValve valve = new StatusWatermarkValve(SOURCES);
  private final List<Trip> asks = new ArrayList<>();
  private final boolean[] idle = new boolean[SOURCES];
  private final long[] minutes = new long[SOURCES];
  private final SplittableRandom random;
  private final Setup setup;
  private final long seed;
  private final int keys;
  private final int disorder;
  private long version;
  private int stop = -1;
  private boolean drain;

  private Script(long seed, Setup setup) {
    this.seed = seed;
    this.setup = setup;
    random = new SplittableRandom(~seed);
    keys = KEYS[random.nextInt(KEYS.length)];
    disorder = DISORDER_MINUTES[random.nextInt(DISORDER_MINUTES.length)];
  }

  public static Script draw(long seed, Setup setup) throws Exception {
    Script script = new Script(seed, setup);
    int length = 20 + script.random.nextInt(60);
    int stops = script.random.nextInt(8) == 0 ? length : script.random.nextInt(length);
    while (script.arrivals.size() < length) {
      if (script.arrivals.size() >= stops && script.stop < 0) {
        script.stop();
      }
      script.next(script.random.nextInt(SOURCES));
    }
    script.end();
    return script;
  }

  public List<Arrival> arrivals() {
    return arrivals;
  }

  /** The arrival that stops the job; -1 if none does. */
  public int stopped() {
    return stop;
  }

  /** True if the stop ends the input first. */
  public boolean drains() {
    return drain;
  }

  private void stop() {
    drain = random.nextBoolean();
    stop = arrivals.size();
    boolean drains = drain;
    arrivals.add(to -> to.stop(drains));
  }

  /** Flink drops the last watermark where a source is idle at its end. */
  private void end() throws Exception {
    boolean idleAtTheEnd = random.nextInt(3) == 0;
    for (int source = 0; source < SOURCES && !idleAtTheEnd; source++) {
      wake(source);
      valve.inputWatermark(Watermark.MAX_WATERMARK, source, this);
    }
    arrivals.add(Inputs::end);
  }

  private void next(int source) throws Exception {
    switch (random.nextInt(40)) {
      case 0, 1, 2, 3, 4, 5 -> watermark(source);
      case 6 -> rest(source);
      case 7 -> {
        for (int each = 0; each < SOURCES; each++) {
          rest(each);
        }
      }
      case 8 -> arrivals.add(Inputs::day);
      case 9 -> update();
      default -> event(source);
    }
  }

  private void event(int source) throws Exception {
    wake(source);
    Trip trip = Trips.at(seed, arrivals.size());
    int key = Math.floorMod(trip.key.hashCode(), keys);
    trip.key = "k" + key;
    trip.label = random.nextInt(4) == 0 ? null : "l" + random.nextInt(3);
    trip.user = random.nextInt(25) == 0 ? Trips.FORGOTTEN : trip.user;
    if (!trip.ask && !asks.isEmpty() && random.nextInt(3) > 0) {
      Trip asked = asks.get(random.nextInt(asks.size()));
      trip.key = asked.key;
      trip.label = asked.label;
    } else if (trip.ask) {
      asks.add(trip);
    }
    trip.time = time(setup.eventTime() ? source : 0, trip.key);
    boolean stamped = random.nextInt(40) > 0;
    arrivals.add(to -> to.event(trip, stamped));
  }

  /** No two keys have one time, so that there is one order of time; two events of a key may. */
  private long time(int clock, String key) {
    minutes[clock] += random.nextInt(3);
    return Trips.START + (minutes[clock] - delay()) * MINUTE + Long.parseLong(key.substring(1));
  }

  /** In the order of arrival an event is refused that is older than the last one of its key. */
  private int delay() {
    boolean inOrder = !setup.eventTime() && random.nextInt(8) > 0;
    return inOrder ? 0 : random.nextInt(random.nextInt(25) == 0 ? 1440 : disorder);
  }

  private void watermark(int source) throws Exception {
    int bound = random.nextInt(disorder + 1);
    valve.inputWatermark(
        new Watermark(Trips.START + (minutes[source] - bound) * MINUTE - 1), source, this);
  }

  private void rest(int source) throws Exception {
    if (!idle[source]) {
      idle[source] = true;
      valve.inputWatermarkStatus(WatermarkStatus.IDLE, source, this);
    }
  }

  private void wake(int source) throws Exception {
    if (idle[source]) {
      idle[source] = false;
      valve.inputWatermarkStatus(WatermarkStatus.ACTIVE, source, this);
    }
  }

  private void update() {
    if (setup.refreshed()) {
      version += random.nextInt(6) > 0 ? 1 : 0;
      Update update = Update.draw(random, setup.model(), version);
      arrivals.add(to -> to.update(update));
    }
  }

  @Override
  public void emitWatermark(Watermark watermark) {
    arrivals.add(to -> to.watermark(watermark.getTimestamp()));
  }

  @Override
  public void emitWatermarkStatus(WatermarkStatus status) {
    arrivals.add(to -> to.status(status));
  }

  @Override
  public void emitRecord(StreamRecord<Trip> trip) {
    throw new IllegalStateException("a valve has watermarks only, and not " + trip);
  }

  @Override
  public void emitLatencyMarker(LatencyMarker marker) {
    throw new IllegalStateException("no source sent " + marker);
  }

  @Override
  public void emitRecordAttributes(RecordAttributes attributes) {
    throw new IllegalStateException("no source sent " + attributes);
  }

  @Override
  public void emitWatermark(WatermarkEvent watermark) {
    throw new IllegalStateException("no source sent " + watermark);
  }
}
