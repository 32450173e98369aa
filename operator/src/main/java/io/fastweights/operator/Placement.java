package io.fastweights.operator;

import java.util.Locale;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * How the operators of a builder stand in the job graph.
 *
 * @param name of the memory's operator; those beside it have ends of their own
 * @param uid of the memory's operator, likewise; null if none was given
 * @param parallelism the job's if it is {@link ExecutionConfig#PARALLELISM_DEFAULT}
 * @param maxParallelism the job's if it is 0
 */
record Placement(String name, String uid, int parallelism, int maxParallelism) {
  static final Placement DEFAULT =
      new Placement("fast-weights", null, ExecutionConfig.PARALLELISM_DEFAULT, 0);

  private static final int MOST_KEY_GROUPS = KeyGroupRangeAssignment.UPPER_BOUND_MAX_PARALLELISM;

  Placement withName(String value) {
    return new Placement(value, uid, parallelism, maxParallelism);
  }

  Placement withUid(String value) {
    return new Placement(name, value, parallelism, maxParallelism);
  }

  Placement withParallelism(int value) {
    if (value < 1) {
      throw new IllegalArgumentException("parallelism is " + value + ", must be at least 1");
    }
    return new Placement(name, uid, value, maxParallelism);
  }

  Placement withMaxParallelism(int value) {
    if (value < 1 || value > MOST_KEY_GROUPS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "maxParallelism is %d, must be in 1 ... %d", value, MOST_KEY_GROUPS));
    }
    return new Placement(name, uid, parallelism, value);
  }

  /** That of another memory of the same builder. */
  Placement beside(String nameEnd, String uidEnd) {
    return new Placement(
        name + nameEnd, uid == null ? null : uid + uidEnd, parallelism, maxParallelism);
  }

  /** Sets the name, uid and parallelism of an operator of the builder. */
  void settle(SingleOutputStreamOperator<?> operator, String suffix) {
    identify(operator, suffix);
    if (parallelism != ExecutionConfig.PARALLELISM_DEFAULT) {
      operator.setParallelism(parallelism);
    }
    if (maxParallelism > 0) {
      operator.setMaxParallelism(maxParallelism);
    }
  }

  /** Sets the name and uid alone. */
  void identify(SingleOutputStreamOperator<?> operator, String suffix) {
    operator.name(name + suffix);
    if (uid != null) {
      operator.uid(uid + suffix);
    }
  }

  /**
   * @throws IllegalArgumentException if the uid is that of an operator of the job
   */
  void requireFreeUid(StreamExecutionEnvironment job) {
    for (Transformation<?> other : job.getTransformations()) {
      if (uid != null && uid.equals(other.getUid())) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "uid '%s' is that of the operator '%s' already: each builder needs its own",
                uid,
                other.getName()));
      }
    }
  }
}
