package io.fastweights.jobs.chaos;

import io.fastweights.jobs.output.Figures;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Injects one fault after another.
 *
 * @param obstacle reason why this machine does not support some kinds; empty if it supports all
 */
record FaultRounds(int faults, long seed, Optional<String> obstacle) {

  /** Injects the faults and reports each. */
  Figures on(ChaosRun run, PrintWriter out) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    Map<Fault, Integer> done = new EnumMap<>(Fault.class);
    List<Fault> sequence = Fault.sequence(faults, obstacle.isEmpty(), random);
    for (int i = 0; i < faults; i++) {
      Fault fault = sequence.get(i);
      long start = System.nanoTime();
      String what = run.strike(fault, random);
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
      out.printf(
          Locale.ROOT,
          "fault %d: %s (%s), %d s to a checkpoint%n",
          i + 1,
          fault.key(),
          what,
          seconds);
      out.flush();
      done.merge(fault, 1, Integer::sum);
    }
    obstacle.ifPresent(reason -> tellWhatIsNotPossible(reason, out));
    Figures figures = new Figures().put("faults", faults);
    for (Fault fault : Fault.values()) {
      figures.put("faults." + fault.key(), done.getOrDefault(fault, 0));
    }
    return figures;
  }

  private static void tellWhatIsNotPossible(String reason, PrintWriter out) {
    for (Fault fault : Fault.values()) {
      if (fault.needsIsolation()) {
        out.printf(Locale.ROOT, "not possible here: %s (%s)%n", fault.key(), reason);
      }
    }
  }
}
