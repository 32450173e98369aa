package io.fastweights.jobs.bench.engine;

import io.fastweights.jobs.bench.engine.EngineBenchmark.Settings;
import io.fastweights.jobs.bench.engine.EngineBenchmark.Shape;
import io.fastweights.jobs.bench.engine.EngineReport.Row;
import io.fastweights.kernels.cpu.CpuEngine;
import io.fastweights.kernels.cpu.CpuKernels;
import io.fastweights.kernels.cpu.CpuProvider;
import io.fastweights.kernels.cpu.MemoryWorkload;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** One shape's measurements, in turns. */
final class ShapeBenchmark implements AutoCloseable {
  private static final int[] BATCHES = {1, 32, 256};
  private static final int[] SEGMENTS = {1, 8};
  private static final int HOT_SLOTS = 2;

  /** Events of the largest batch. */
  static final int MOST = 256;

  /** Steps of batches of several sizes on as many memories as the largest batch has events. */
  static final String SAME_KEYS = "keys";

  private static final int[] SAME_KEYS_BATCHES = {8, 32, 64, 128, MOST};
  private static final int COPIED = 16 << 20;
  private static final int MULTIPLY_ADDS = 1 << 16;

  /** Bytes of C's cold memories, at most: many times a cache. */
  private static final long COMPILED_COLD = 512L << 20;

  private static final long SEED = 7;

  private final Shape shape;
  private final Settings settings;
  private final Optional<TorchPeer> peer;
  private final CpuKernels kernels;
  private final CpuEngine engine;
  private final SlowModel model;
  private final int[] hot;
  private final int[] cold;
  private final List<Subject> subjects = new ArrayList<>();
  private final Samples copies = new Samples();
  private final Samples products = new Samples();
  private final Optional<CompiledPeer> compiled;
  private final Map<String, Samples> compiledRates = new LinkedHashMap<>();
  private final Map<String, Samples> ofCompiled = new LinkedHashMap<>();
  private final Map<Integer, Samples> torch = new LinkedHashMap<>();

  /** The source of one row of the report. */
  private record Subject(
      String part,
      boolean isCold,
      int batch,
      int segment,
      Paced work,
      MemoryWorkload memory,
      Samples events) {}

  ShapeBenchmark(Shape shape, Settings settings, Optional<TorchPeer> peer, Path source)
      throws IOException {
    this.shape = shape;
    this.settings = settings;
    this.peer = peer;
    this.model = model(shape);
    int slots = (int) (settings.coldBytes() / Float.BYTES / model.memory().floats());
    this.kernels = CpuProvider.lookup().kernels().get();
    this.engine = new CpuEngine(model, slots, kernels);
    this.compiled = CompiledPeer.compile(shape, kernels.vectorBits(), source);
    this.cold = shuffled(slots);
    this.hot = Arrays.copyOf(cold, HOT_SLOTS);
    for (boolean isCold : new boolean[] {false, true}) {
      for (int segment : SEGMENTS) {
        MemoryWorkload memory = new MemoryWorkload(engine, MOST, segment, SEED);
        subjects.add(
            new Subject(
                "memory",
                isCold,
                MOST,
                segment,
                memoryAlone(memory, isCold, segment),
                memory,
                new Samples()));
        for (int batch : BATCHES) {
          if (batch >= segment) {
            Paced work = steps(batch, segment, isCold, batch / segment);
            subjects.add(
                new Subject("engine", isCold, batch, segment, work, memory, new Samples()));
          }
        }
      }
    }
    addSameKeys();
  }

  private void addSameKeys() {
    if (cold.length < MOST) {
      return;
    }
    MemoryWorkload memory = subjects.get(0).memory;
    for (int batch : SAME_KEYS_BATCHES) {
      Paced work = steps(batch, 1, false, MOST);
      subjects.add(new Subject(SAME_KEYS, false, batch, 1, work, memory, new Samples()));
    }
  }

  String engine() {
    return engine.name();
  }

  double copyBytes() {
    return copies.median();
  }

  double multiplyAdds() {
    return products.median();
  }

  /** Runs all rounds, one to warm up before them. */
  List<Row> run() throws IOException {
    float[] random = new float[model.memory().floats()];
    SplittableRandom source = new SplittableRandom(SEED);
    for (int i = 0; i < random.length; i++) {
      random[i] = (float) source.nextGaussian();
    }
    for (int slot : cold) {
      engine.pool().write(slot, random, 0);
    }
    round(3 * settings.seconds());
    copies.clear();
    products.clear();
    subjects.forEach(subject -> subject.events.clear());
    torch.clear();
    compiledRates.clear();
    ofCompiled.clear();
    for (int i = 0; i < settings.rounds(); i++) {
      round(settings.seconds());
      if (compiled.isPresent()) {
        compare(compiled.get());
      }
      if (peer.isPresent()) {
        peer.get()
            .measure(shape, settings.seconds())
            .forEach((batch, rate) -> torch.computeIfAbsent(batch, b -> new Samples()).add(rate));
      }
    }
    return rows();
  }

  private void round(double seconds) {
    float[] from = new float[COPIED];
    float[] to = new float[COPIED];
    Arrays.fill(from, 1);
    Paced copy =
        () -> {
          System.arraycopy(from, 0, to, 0, COPIED);
          return 2L * Float.BYTES * COPIED;
        };
    for (Subject subject : subjects) {
      if (subject.part.equals("memory")) {
        copies.add(copy.rate(seconds / 2));
        products.add(((Paced) () -> kernels.multiplyAdds(MULTIPLY_ADDS)).rate(seconds / 4));
      }
      subject.events.add(subject.work.rate(seconds));
    }
  }

  /** Measures C and the memory update alone, one after the other. */
  private void compare(CompiledPeer peer) throws IOException {
    int coldSlots = Math.min(cold.length, (int) (COMPILED_COLD / Float.BYTES / floats()));
    CompiledPeer.Rates rates =
        peer.measure(shape.heads(), HOT_SLOTS, coldSlots, settings.seconds());
    add(compiledRates, "hot", rates.hot());
    add(compiledRates, "cold", rates.cold());
    add(compiledRates, "pass", rates.pass());
    for (Subject s : subjects) {
      if (s.part.equals("memory") && s.segment == 1) {
        double own = s.work.rate(settings.seconds());
        add(
            ofCompiled,
            s.isCold ? "c.cold" : "c.hot",
            own / (s.isCold ? rates.cold() : rates.hot()));
        if (s.isCold) {
          add(ofCompiled, "pass.cold", own / rates.pass());
        }
      }
    }
  }

  private int floats() {
    return model.memory().floats();
  }

  private static void add(Map<String, Samples> to, String name, double value) {
    to.computeIfAbsent(name, n -> new Samples()).add(value);
  }

  /**
   * The memory update alone as fractions of C's rate and of the pass: {@code c.hot.h8d64}; with the
   * width behind it where the JVM was told one: {@code c.hot.h8d64.256}.
   */
  Map<String, Double> compiledKeys() {
    String width =
        System.getProperty(CpuProvider.VECTOR_BITS) == null ? "" : "." + kernels.vectorBits();
    Map<String, Double> keys = new LinkedHashMap<>();
    ofCompiled.forEach(
        (name, samples) -> keys.put(name + "." + shape.name() + width, samples.median()));
    return keys;
  }

  private List<Row> rows() {
    double best = torch.values().stream().mapToDouble(Samples::median).max().orElse(Double.NaN);
    List<Row> rows = new ArrayList<>();
    torch.forEach(
        (batch, rate) ->
            rows.add(
                new Row(
                    shape.name(),
                    "pytorch",
                    false,
                    batch,
                    1,
                    rate.median(),
                    0,
                    Double.NaN,
                    rate.median() / best)));
    compiledRates.forEach(
        (kind, rate) ->
            rows.add(
                new Row(
                    shape.name(),
                    kind.equals("pass") ? "pass" : "c",
                    !kind.equals("hot"),
                    MOST,
                    1,
                    rate.median(),
                    0,
                    Double.NaN,
                    Double.NaN)));
    for (Subject s : subjects) {
      double events = s.events.median();
      boolean whole = !s.part.equals("memory");
      double floor =
          s.isCold
              ? events * s.memory.bytesPerEvent() / copies.median()
              : events * s.memory.multiplyAddsPerEvent() / products.median();
      rows.add(
          new Row(
              shape.name(),
              s.part,
              s.isCold,
              s.batch,
              s.segment,
              events,
              events * s.memory.bytesPerEvent(),
              whole ? Double.NaN : floor,
              whole ? events / best : Double.NaN));
    }
    return rows;
  }

  private Paced memoryAlone(MemoryWorkload memory, boolean isCold, int segment) {
    int[] slots = isCold ? cold : hot;
    int[] at = {0};
    return () -> {
      memory.run(slots, at[0]);
      at[0] = (at[0] + MOST / segment) % slots.length;
      return MOST;
    };
  }

  private Paced steps(int size, int segment, boolean isCold, int hotSlots) {
    EventBatch batch = new EventBatch(model, size);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < batch.inputs().length; i++) {
      batch.inputs()[i] = (float) random.nextGaussian();
    }
    // A batch meets each key once, so hot batches have as many keys as segments.
    int[] slots = isCold ? cold : Arrays.copyOf(cold, Math.max(HOT_SLOTS, hotSlots));
    int[] at = {0};
    return () -> {
      batch.clear();
      for (int s = 0; s < size / segment; s++) {
        batch.segment(slots[at[0]], false);
        at[0] = (at[0] + 1) % slots.length;
        for (int i = 0; i < segment; i++) {
          batch.add(true);
        }
      }
      engine.step(batch);
      return size;
    };
  }

  private static int[] shuffled(int n) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static SlowModel model(Shape shape) {
    ModelConfig config =
        ModelConfig.builder(Architecture.ATTENTION)
            .dim(shape.dim())
            .heads(shape.heads())
            .dimHead(shape.dimHead())
            .nu(shape.nu())
            .build();
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    SlowWeights.expectedShapes(config)
        .forEach(
            (name, dims) -> {
              int size = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
              float[] data = new float[size];
              for (int i = 0; i < size; i++) {
                data[i] = (float) (random.nextGaussian() / Math.sqrt(dims[dims.length - 1]));
              }
              tensors.put(name, new Tensor(dims, data));
            });
    return SlowModel.of(new SlowWeights(config, tensors));
  }

  @Override
  public void close() throws IOException {
    engine.close();
    if (compiled.isPresent()) {
      compiled.get().close();
    }
  }
}
