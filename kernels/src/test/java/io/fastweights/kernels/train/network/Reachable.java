package io.fastweights.kernels.train.network;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Counts the bytes of all number arrays reachable from an object of this project. */
final class Reachable {
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<Object> left = new ArrayDeque<>();
  private long bytes;

  private Reachable() {}

  /** Bytes of the arrays reachable from the object, except those of the given objects. */
  static long bytes(Object root, Object... given) throws IllegalAccessException {
    Reachable reachable = new Reachable();
    reachable.seen.addAll(List.of(given));
    reachable.reach(root);
    while (!reachable.left.isEmpty()) {
      reachable.visit(reachable.left.pop());
    }
    return reachable.bytes;
  }

  private void visit(Object object) throws IllegalAccessException {
    if (object instanceof List<?> list) {
      list.forEach(this::reach);
    } else if (object instanceof Object[] array) {
      List.of(array).forEach(this::reach);
    } else if (object instanceof float[] || object instanceof int[]) {
      bytes += 4L * Array.getLength(object);
    } else if (object.getClass().isArray()) {
      throw new IllegalStateException("arrays of " + object.getClass() + " are not counted yet");
    } else if (object.getClass().getName().startsWith("io.fastweights")) {
      for (Class<?> c = object.getClass(); c != Object.class; c = c.getSuperclass()) {
        fields(c, object);
      }
    }
  }

  private void fields(Class<?> declaring, Object object) throws IllegalAccessException {
    for (Field field : declaring.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
        field.setAccessible(true);
        reach(field.get(object));
      }
    }
  }

  private void reach(Object object) {
    if (object != null && !(object instanceof Enum) && seen.add(object)) {
      left.push(object);
    }
  }
}
