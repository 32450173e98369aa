package io.fastweights.kernels.engine;

import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Events of a few keys, run through an engine in batches and through the reference model one by
 * one. The results must not depend on the batches.
 *
 * @param model of the engine
 * @param events in the order of their arrival
 * @param keys how many; the memory of key k is in slot k
 */
public record EngineScript(Model model, List<Event> events, int keys) {

  /**
   * An event.
   *
   * @param key 0 or more
   * @param input float[inputDim]
   * @param target float[targetDim], of NaN where the event asks; null for a model without targets
   * @param fade factor that multiplies the memory before the event
   */
  public record Event(int key, float[] input, float[] target, boolean observe, float fade) {}

  /** Results of the reference model. */
  public EngineResults reference(Storage storage) {
    ReferenceModel reference = new ReferenceModel(model, storage);
    float[][] memories = new float[keys][model.memory().floats()];
    long[] learned = new long[keys];
    EngineResults results = new EngineResults();
    for (int i = 0; i < events.size(); i++) {
      Event e = events.get(i);
      float[] target = e.observe ? e.target : null;
      ReferenceModel.Step step =
          reference.step(e.input, target, memories[e.key], e.observe, e.fade, learned[e.key] + 1);
      learned[e.key] += e.observe ? 1 : 0;
      results.put("output " + i, step.output());
      results.put("hidden " + i, step.hidden());
      results.put("recall error " + i, new float[] {step.recallError()});
      if (e.observe) {
        results.put("keys " + i, step.keys());
        results.put("deltas " + i, step.deltas());
      }
    }
    for (int key = 0; key < keys; key++) {
      results.put("memory " + key, memories[key]);
    }
    return results;
  }

  /** Results of an engine in batches of these sizes; all keys are new to it. */
  public EngineResults run(Engine engine, List<Integer> sizes) {
    boolean[] known = new boolean[keys];
    long[] learned = new long[keys];
    EngineResults results = new EngineResults();
    EventBatch batch = new EventBatch(model, events.size());
    int at = 0;
    for (int size : sizes) {
      int[] rows = fill(batch, known, learned, at, at + size);
      engine.step(batch);
      for (int i = 0; i < size; i++) {
        keep(results, batch, rows[i], at + i);
      }
      at += size;
    }
    for (int key = 0; key < keys; key++) {
      if (!known[key]) {
        engine.pool().zero(key);
      }
    }
    results.putAll(memories(engine));
    return results;
  }

  /** The memories that an engine holds now. */
  public EngineResults memories(Engine engine) {
    EngineResults memories = new EngineResults();
    for (int key = 0; key < keys; key++) {
      float[] memory = new float[model.memory().floats()];
      engine.pool().read(key, memory, 0);
      memories.put("memory " + key, memory);
    }
    return memories;
  }

  /** Returns the row of each event. */
  private int[] fill(EventBatch batch, boolean[] known, long[] learned, int from, int to) {
    int[] rows = new int[to - from];
    batch.clear();
    batch.poisonResults();
    for (int key = keys - 1; key >= 0; key--) {
      boolean begun = false;
      for (int i = from; i < to; i++) {
        Event e = events.get(i);
        if (e.key == key) {
          if (!begun) {
            batch.segment(key, !known[key], learned[key]);
            known[key] = true;
            begun = true;
          }
          int row = batch.add(e.observe, e.fade);
          learned[key] += e.observe ? 1 : 0;
          rows[i - from] = row;
          System.arraycopy(e.input, 0, batch.inputs(), row * e.input.length, e.input.length);
          if (e.target != null) {
            System.arraycopy(e.target, 0, batch.targets(), row * e.target.length, e.target.length);
          }
        }
      }
    }
    return rows;
  }

  private void keep(EngineResults results, EventBatch batch, int row, int event) {
    results.putRow("output " + event, batch.outputs(), row, model.outputDim());
    results.putRow("hidden " + event, batch.hidden(), row, model.hiddenDim());
    results.putRow("recall error " + event, batch.recallErrors(), row, 1);
    if (batch.observes(row)) {
      LogShape log = LogShape.of(model);
      results.putRow("keys " + event, batch.keys(), row, log.keys());
      results.putRow("deltas " + event, batch.deltas(), row, log.deltas());
    }
  }

  /**
   * The log of a key, event by event.
   *
   * @param values true for a log of values, false for one of deltas
   */
  public List<LoggedEvents> log(EngineResults results, int key, boolean values) {
    List<LoggedEvents> log = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      Event e = events.get(i);
      if (e.key == key && e.observe) {
        float[] keysOf = results.get("keys " + i);
        float[] fades = e.fade == 1 ? null : new float[] {e.fade};
        LoggedEvents one =
            values
                ? LoggedEvents.ofValues(1, keysOf, e.target, model.betas(), fades)
                : LoggedEvents.ofDeltas(1, keysOf, results.get("deltas " + i), fades);
        log.add(one.numberedFrom(log.size() + 1));
      }
    }
    return log;
  }

  /** Sizes of batches of all events, each at most {@code most}. */
  public List<Integer> splits(SplittableRandom random, int most) {
    List<Integer> sizes = new ArrayList<>();
    for (int left = events.size(); left > 0; ) {
      int size = Math.min(left, 1 + random.nextInt(most));
      sizes.add(size);
      left -= size;
    }
    return sizes;
  }
}
