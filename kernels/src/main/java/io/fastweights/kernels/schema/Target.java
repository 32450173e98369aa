package io.fastweights.kernels.schema;

import io.fastweights.kernels.numeric.Layers;
import io.fastweights.kernels.schema.items.Items;
import io.fastweights.kernels.schema.values.ClassIds;
import io.fastweights.kernels.schema.values.Ids;
import io.fastweights.kernels.schema.values.Numbers;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The predicted quantity, and the mapping of a model's outputs to a prediction. */
public sealed interface Target
    permits Target.Classes, Target.Binary, Target.Number, Target.Item, Residual {

  /** Its name in the schema; the tensor of its lag is named after it. */
  String name();

  /** Floats of the encoded target, of the model's output and of a prediction. */
  int dim();

  /** Ids of its lag embedding. */
  int ids();

  /**
   * Encodes a target of unit scale into {@code into[0 ... dim - 1]}.
   *
   * @return the id of its lag embedding
   * @throws MalformedEventException if it is missing or not of this target
   */
  int encode(Object value, float[] into) throws MalformedEventException;

  /** The weight of the lag embedding of an encoded target. */
  default float lagWeight(float[] encoded) {
    return 1;
  }

  /**
   * Reads a model's outputs as a prediction: probabilities of the classes, the probability of true,
   * or the number.
   *
   * @param logits true for outputs of a trained head; false for outputs of an associative memory,
   *     which are on the scale of the encoded target
   */
  void predict(float[] outputs, int at, boolean logits, float[] into);

  /**
   * The rates that a key's answers start from; null where they start from none. Then a memory holds
   * the target itself, and a key that has learned nothing answers 0.
   */
  default Prior prior() {
    return null;
  }

  /** The same without a prior, as trained weights predict it. */
  default Target withoutPrior() {
    return this;
  }

  /** One of several classes: one-hot. */
  final class Classes implements Target {
    private final String name;
    private final List<String> classes;
    private final Prior prior;
    private final ClassIds idOf;

    /** Without a prior. */
    public Classes(String name, List<String> classes) {
      this(name, classes, null);
    }

    /**
     * @param prior null for none
     */
    public Classes(String name, List<String> classes, Prior prior) {
      if (classes.size() < 2) {
        throw new IllegalArgumentException(
            "target " + name + " has " + classes.size() + " classes, must have at least 2");
      }
      if (prior != null) {
        prior.check(name, classes.size());
      }
      this.name = name;
      this.classes = List.copyOf(classes);
      this.prior = prior;
      this.idOf = new ClassIds(name, classes);
    }

    @Override
    public String name() {
      return name;
    }

    /** The classes, in the order of a prediction's probabilities. */
    public List<String> classes() {
      return classes;
    }

    @Override
    public Prior prior() {
      return prior;
    }

    @Override
    public Target withoutPrior() {
      return prior == null ? this : new Classes(name, classes);
    }

    @Override
    public int dim() {
      return classes.size();
    }

    @Override
    public int ids() {
      return classes.size();
    }

    @Override
    public int encode(Object value, float[] into) throws MalformedEventException {
      if (value == null) {
        throw new MalformedEventException("target " + name + " is missing");
      }
      Integer id = idOf.get(Ids.text(value));
      if (id == null) {
        throw new MalformedEventException(
            "target " + name + " is '" + value + "', not one of the " + dim() + " classes");
      }
      Arrays.fill(into, 0, dim(), 0f);
      into[id] = 1;
      return id;
    }

    /** Softmax of logits; or the answers clipped to [0, 1] and divided by their sum. */
    @Override
    public void predict(float[] outputs, int at, boolean logits, float[] into) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < dim(); i++) {
        largest = Math.max(largest, outputs[at + i]);
      }
      double sum = 0;
      for (int i = 0; i < dim(); i++) {
        double p =
            logits
                ? StrictMath.exp(outputs[at + i] - largest)
                : Math.max(0, Math.min(1, outputs[at + i]));
        into[i] = (float) p;
        sum += p;
      }
      for (int i = 0; i < dim(); i++) {
        into[i] = sum > 0 ? (float) (into[i] / sum) : 1f / dim();
      }
    }
  }

  /**
   * True or false: 1 or 0.
   *
   * @param prior null for none
   */
  record Binary(String name, Prior prior) implements Target {
    public Binary {
      if (prior != null) {
        prior.check(name, 1);
      }
    }

    /** Without a prior. */
    public Binary(String name) {
      this(name, null);
    }

    @Override
    public Target withoutPrior() {
      return new Binary(name);
    }

    @Override
    public String toString() {
      return prior == null
          ? "Binary[name=" + name + "]"
          : String.format(Locale.ROOT, "Binary[name=%s, prior=%s]", name, prior);
    }

    @Override
    public int dim() {
      return 1;
    }

    @Override
    public int ids() {
      return 2;
    }

    @Override
    public int encode(Object value, float[] into) throws MalformedEventException {
      if (value == null) {
        throw new MalformedEventException("target " + name + " is missing");
      }
      int id = value instanceof java.lang.Number n ? id(n) : id(Ids.text(value).trim());
      if (id < 0) {
        throw new MalformedEventException(
            "target " + name + " is '" + value + "', must be true or false, 1 or 0");
      }
      into[0] = id;
      return id;
    }

    private static int id(java.lang.Number number) {
      double d = number.doubleValue();
      return d == 1 ? 1 : d == 0 ? 0 : -1;
    }

    private static int id(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "1", "true", "yes", "t", "y" -> 1;
        case "0", "false", "no", "f", "n" -> 0;
        default -> {
          String number = Numbers.canonical(text);
          yield "1".equals(number) ? 1 : "0".equals(number) ? 0 : -1;
        }
      };
    }

    /** Sigmoid of a logit; or the answer clipped to [0, 1]. */
    @Override
    public void predict(float[] outputs, int at, boolean logits, float[] into) {
      into[0] = logits ? Layers.sigmoid(outputs[at]) : Math.max(0, Math.min(1, outputs[at]));
    }
  }

  /**
   * A number, standardised as {@link Field.Numeric} is. With running statistics, an event's target
   * is encoded by those that include it, and the answer is in the unit of those before it.
   */
  record Number(String name, double mean, double deviation, Statistics statistics)
      implements Target {
    public Number {
      Scaling.check(name, mean, deviation, statistics);
    }

    /** Standardised by constants. */
    public Number(String name, double mean, double deviation) {
      this(name, mean, deviation, Statistics.GIVEN);
    }

    /** Standardised by the key's running statistics. */
    public Number(String name) {
      this(name, 0, 0, Statistics.KEY);
    }

    @Override
    public String toString() {
      String of = statistics == Statistics.CHANGES ? "changes, " : "";
      String scale = Scaling.text(mean, deviation, statistics);
      return String.format(Locale.ROOT, "Number[name=%s, %s%s]", name, of, scale);
    }

    @Override
    public int dim() {
      return 1;
    }

    @Override
    public int ids() {
      return 1;
    }

    @Override
    public int encode(Object value, float[] into) throws MalformedEventException {
      double number = RawEvent.number("target ", name, value);
      if (statistics != Statistics.GIVEN) {
        into[0] = 0;
        return 0;
      }
      into[0] = Scaling.standardised(number, mean, deviation);
      return 0;
    }

    @Override
    public float lagWeight(float[] encoded) {
      return encoded[0];
    }

    @Override
    public void predict(float[] outputs, int at, boolean logits, float[] into) {
      into[0] = (float) (mean + deviation * outputs[at]);
    }
  }

  /**
   * An item of an open set, such as a product or an article: its hashed embedding, see {@link
   * Items}. The prediction is what the memory reads out; an item's score is the dot product of its
   * embedding with it. No column of W belongs to an item, so n items that a memory holds in one
   * context add noise of about sqrt(n / size) of one item's weight to each score.
   *
   * @param size floats of an embedding and of a prediction, a multiple of {@value Items#STEP}
   */
  record Item(String name, int size) implements Target {
    /** Buckets of the lag: items of one bucket are the same last item. */
    static final int LAST_ITEMS = 1 << 14;

    /** Size where none is given. */
    public static final int SIZE = 64;

    public Item {
      Items.checkSize(name, size);
    }

    @Override
    public int dim() {
      return size;
    }

    @Override
    public int ids() {
      return LAST_ITEMS;
    }

    @Override
    public int encode(Object value, float[] into) throws MalformedEventException {
      long hash = Items.hash(id(value));
      Items.embed(hash, size, into);
      return Ids.bucket(hash, LAST_ITEMS);
    }

    /**
     * The id of a target's value, without blanks around it.
     *
     * @throws MalformedEventException if it is missing, blank or a vector
     */
    String id(Object value) throws MalformedEventException {
      String id = value == null || value instanceof float[] ? "" : Ids.text(value).trim();
      if (id.isEmpty()) {
        throw new MalformedEventException("target " + name + " is missing");
      }
      return id;
    }

    /** The outputs as they are. */
    @Override
    public void predict(float[] outputs, int at, boolean logits, float[] into) {
      System.arraycopy(outputs, at, into, 0, size);
    }
  }
}
