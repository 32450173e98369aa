package io.fastweights.jobs.experiment.flights;

import io.fastweights.jobs.flights.FlightFields;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.train.network.InitialWeights;
import io.fastweights.kernels.train.network.ParameterLayout;
import io.fastweights.kernels.train.network.ParameterLayout.Slice;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Weights that the flights are trained from: the model begins as an associative memory from
 * (destination, time of departure) to the delay.
 *
 * <p>A flight that leaves at an hour at which none of its route left before is likely late, so the
 * memory must tell keys it never saw from those it saw. Dense random keys cannot: phi is nowhere
 * negative, two of them share a tenth of their length, and a few hundred keys teach their common
 * direction to all. Keys here are sparse: a few coordinates each, half of them negative so that the
 * layer norm's mean stays 0. Their products, and so the rows of W they touch, hardly overlap.
 *
 * <p>The first coordinates of the input, as many as a key has, hold the place and time and are the
 * key; the last four hold the outcome, of which the values are made; those between are for all
 * other fields. The read-out goes back to the last coordinates, which the head reads.
 */
final class FlightWeights {
  private static final Set<String> HASHED =
      Set.of("embedding.place.weight", "embedding.place_shifted.weight");
  private static final Set<String> APART =
      Set.of("embedding.destination.weight", "embedding.slot.weight");
  private static final int OUTCOME = 4;
  private static final int ACTIVE = 6;
  private static final float PLACE_SCALE = 0.5f;
  private static final float SMALL = 0.15f;
  private static final float LATE_SHARE = 0.18f;

  /** Logit of a beta of 0.27. */
  private static final float BETA = -1;

  /** Logit of the share of late flights. */
  private static final float PRIOR = -1.5f;

  private static final float HEAD = 3;

  private final ParameterLayout layout;
  private final ModelConfig c;
  private final float[] values;
  private final int dim;
  private final SplittableRandom random;
  private final int keys;

  private FlightWeights(ParameterLayout layout, long seed) {
    this.layout = layout;
    c = layout.config();
    values = InitialWeights.drawn(layout, seed);
    dim = c.dim();
    keys = c.dimHead();
    random = new SplittableRandom(seed);
  }

  /** Names of the parameters of the keys: sparse weights, which any step would make dense. */
  static Set<String> frozen(ParameterLayout layout) {
    Set<String> names = new TreeSet<>();
    layout.slices().stream()
        .map(Slice::name)
        .filter(name -> name.startsWith("embedding.") || name.contains(".0.norm."))
        .forEach(names::add);
    for (int layer = 0; layer < layout.config().depth(); layer++) {
      names.add("layers." + layer + ".0.fn.to_qkv.weight");
    }
    return names;
  }

  /** Seeded weights in the order of the layout. */
  static float[] initial(ParameterLayout layout, long seed) {
    FlightWeights weights = new FlightWeights(layout, seed);
    weights.embeddings();
    for (int layer = 0; layer < weights.c.depth(); layer++) {
      weights.layer("layers." + layer + ".");
    }
    weights.head();
    return weights.values;
  }

  private void embeddings() {
    boolean hashed = layout.slices().stream().anyMatch(s -> HASHED.contains(s.name()));
    Set<String> places = hashed ? HASHED : APART;
    for (Slice s : layout.slices()) {
      if (s.name().startsWith("embedding.")) {
        boolean place = places.contains(s.name());
        for (int row = s.at(); row < s.at() + s.size(); row += dim) {
          if (place) {
            sparse(row);
          } else {
            other(row);
          }
        }
      }
    }
    // Id 0 is the delay that an ask does not know.
    Slice delay = layout.slice("embedding.delay.weight");
    for (int id = 1; id < delay.shape()[0]; id++) {
      int least = id == 1 ? -25 : FlightFields.DELAYS[id - 2];
      int end = delay.at() + (id + 1) * dim;
      values[end - 1] = (least >= 15 ? 1 : 0) - LATE_SHARE;
      values[end - 2] = Math.min(60, least) / 60f;
      values[end - 3] = -values[end - 1];
      values[end - 4] = -values[end - 2];
    }
  }

  /** A few coordinates of the key, as many of them negative as positive. */
  private void sparse(int row) {
    Arrays.fill(values, row, row + dim, 0f);
    for (int n = 0; n < ACTIVE; n++) {
      int i = random.nextInt(keys);
      while (values[row + i] != 0) {
        i = random.nextInt(keys);
      }
      values[row + i] = n % 2 == 0 ? PLACE_SCALE : -PLACE_SCALE;
    }
  }

  /** Small, outside keys and outcomes, of mean 0. */
  private void other(int row) {
    float mean = 0;
    int end = dim - OUTCOME;
    for (int i = keys; i < end; i++) {
      values[row + i] *= SMALL;
      mean += values[row + i] / (end - keys);
    }
    for (int i = 0; i < dim; i++) {
      values[row + i] = i < keys || i >= end ? 0 : values[row + i] - mean;
    }
  }

  private void layer(String name) {
    int inner = c.heads() * c.dimHead();
    int qkv = layout.slice(name + "0.fn.to_qkv.weight").at();
    for (int row = 0; row < 3 * inner; row++) {
      boolean value = row >= 2 * inner;
      int place = row % c.dimHead();
      for (int i = 0; i < dim; i++) {
        int at = qkv + row * dim + i;
        if (value && place >= 2) {
          values[at] = i < keys ? 0 : values[at];
        } else {
          values[at] = i == (value ? dim - 1 - place : place) ? 1 : 0;
        }
      }
    }
    Slice beta = layout.slice(name + "0.fn.to_beta.bias");
    Arrays.fill(values, beta.at(), beta.at() + beta.size(), BETA);
    scale(layout.slice(name + "0.fn.to_beta.weight"), 0.1f);
    Slice out = layout.slice(name + "0.fn.to_out.weight");
    scale(out, 0.1f);
    for (int place = 0; place < 2; place++) {
      int row = out.at() + (dim - 1 - place) * inner;
      Arrays.fill(values, row, row + inner, 0f);
      for (int h = 0; h < c.heads(); h++) {
        values[row + h * c.dimHead() + place] = 1 / (c.readScale() * c.heads());
      }
    }
    scale(layout.slice(name + "1.fn.net.3.weight"), 0.1f);
    scale(layout.slice(name + "1.fn.net.3.bias"), 0);
    scale(layout.slice(name + "0.fn.to_out.bias"), 0);
  }

  private void head() {
    Slice head = layout.slice("head.weight");
    scale(head, 0.1f);
    values[head.at() + dim - 1] = HEAD;
    values[layout.slice("head.bias").at()] = PRIOR;
  }

  private void scale(Slice s, float by) {
    for (int i = s.at(); i < s.at() + s.size(); i++) {
      values[i] *= by;
    }
  }
}
