package io.fastweights.kernels.cpu;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Kernels that give the bits of plain loops, but for one operation. */
public final class PlantedFault {
  private PlantedFault() {}

  /** Kernels of which one operation flips the lowest bit of the first float it writes. */
  public static CpuKernels flippedBit(String operation) {
    return kernels(operation, null);
  }

  /** Kernels of which one operation fails. */
  public static CpuKernels failure(String operation, Throwable failure) {
    return kernels(operation, failure);
  }

  private static CpuKernels kernels(String operation, Throwable failure) {
    ScalarKernels sound = new ScalarKernels();
    return (CpuKernels)
        Proxy.newProxyInstance(
            CpuKernels.class.getClassLoader(),
            new Class<?>[] {CpuKernels.class},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "name":
                  return "planted 256 bit";
                case "vectorBits":
                  return 256;
                default:
              }
              boolean planted = method.getName().equals(operation);
              if (planted && failure != null) {
                throw failure;
              }
              Object result;
              try {
                result = method.invoke(sound, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (planted) {
                flip(operation, arguments);
              }
              return result;
            });
  }

  private static void flip(String operation, Object[] arguments) {
    switch (operation) {
      case "sigmoid", "gelu" -> flip(arguments[0], (int) arguments[1]);
      case "step" -> flip(arguments[1], (int) arguments[2]);
      case "rewrite" -> flip(arguments[5], (int) arguments[6]);
      default -> flip(arguments[2], 0);
    }
  }

  private static void flip(Object array, int at) {
    if (array instanceof float[] floats) {
      floats[at] = Float.intBitsToFloat(Float.floatToRawIntBits(floats[at]) ^ 1);
    } else {
      ((short[]) array)[at] ^= 1;
    }
  }
}
