package io.fastweights.kernels.schema.values;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ids of a target's classes by their labels. */
public final class ClassIds {
  private final Map<String, Integer> idOf = new HashMap<>();

  /** Of classes that are numbers, however written; none where two classes are the same number. */
  private final Map<String, Integer> idOfNumber = new HashMap<>();

  /**
   * @throws IllegalArgumentException if a class stands twice; the message names the target
   */
  public ClassIds(String target, List<String> classes) {
    for (String label : classes) {
      if (idOf.put(label, idOf.size()) != null) {
        throw new IllegalArgumentException(
            "target " + target + ": class '" + label + "' stands twice");
      }
      String number = Numbers.canonical(label);
      if (number != null && idOfNumber.putIfAbsent(number, idOf.get(label)) != null) {
        idOfNumber.put(number, null);
      }
    }
  }

  /** The id of a label: as it stands, without blanks around it, or as a number; else null. */
  public Integer get(String label) {
    Integer id = idOf.get(label);
    if (id == null) {
      id = idOf.get(label.trim());
    }
    return id == null ? idOfNumber.get(Numbers.canonical(label)) : id;
  }
}
