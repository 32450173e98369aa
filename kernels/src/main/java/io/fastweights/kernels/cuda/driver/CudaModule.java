package io.fastweights.kernels.cuda.driver;

import io.fastweights.kernels.engine.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/**
 * The kernels, compiled by the driver for the device when they are first asked for, each on its
 * own: a model needs five or so of them, and the driver takes seconds for all.
 */
public final class CudaModule implements AutoCloseable {
  private static final String PTX = "/io/fastweights/kernels/cuda/fastweights.ptx";

  /** A kernel, up to the brace that closes it. */
  private static final Pattern ENTRY =
      Pattern.compile("^\\.visible \\.entry (\\w+)\\(.*?^\\}$", Pattern.MULTILINE | Pattern.DOTALL);

  private final Scope scope = new Scope();
  private final Map<String, CUfunction> functions = new HashMap<>();
  private final Map<String, String> entries = new LinkedHashMap<>();
  private final String header;

  private CudaModule(String ptx) {
    Matcher matcher = ENTRY.matcher(ptx);
    int headerEnd = ptx.length();
    while (matcher.find()) {
      headerEnd = Math.min(headerEnd, matcher.start());
      entries.put(matcher.group(1), matcher.group());
    }
    header = ptx.substring(0, headerEnd);
  }

  /** The kernels that ship with the engine. */
  public static CudaModule load() {
    return load(ptx());
  }

  /** Other kernels, for experiments. */
  public static CudaModule load(byte[] ptx) {
    return new CudaModule(new String(ptx, StandardCharsets.US_ASCII));
  }

  static byte[] ptx() {
    try (InputStream in = CudaModule.class.getResourceAsStream(PTX)) {
      if (in == null) {
        throw new EngineException("resource " + PTX + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first line of the PTX: which sources it was made of. */
  public String origin() {
    return header.lines().findFirst().orElse("");
  }

  /** The names of all kernels. */
  public Collection<String> names() {
    return entries.keySet();
  }

  /**
   * A kernel that may use this many bytes of dynamic shared memory.
   *
   * @throws EngineException if there is no such kernel, the driver cannot compile it, or the device
   *     has not as much memory
   */
  public CUfunction function(String name, int sharedBytes) {
    CUfunction function = functions.get(name);
    if (function == null) {
      function = compile(name);
      functions.put(name, function);
    }
    if (sharedBytes > 0) {
      Driver.check(
          JCudaDriver.cuFuncSetAttribute(
              function,
              CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
              sharedBytes),
          "give kernel " + name + " shared memory",
          sharedBytes);
    }
    return function;
  }

  private CUfunction compile(String name) {
    String entry = entries.get(name);
    if (entry == null) {
      throw new EngineException("there is no kernel " + name + " in the PTX");
    }
    Compiled compiled = scope.own(new Compiled(name, header + entry + "\n"));
    CUfunction function = new CUfunction();
    Driver.check(
        JCudaDriver.cuModuleGetFunction(function, compiled.module, name), "find kernel " + name);
    return function;
  }

  @Override
  public void close() {
    scope.close();
  }

  /** One kernel as the driver's module. */
  private static final class Compiled extends NativeResource {
    final CUmodule module = new CUmodule();

    Compiled(String name, String ptx) {
      super("kernel " + name);
      byte[] text = ptx.getBytes(StandardCharsets.US_ASCII);
      // The driver reads up to the first 0.
      Pointer image = Pointer.to(Arrays.copyOf(text, text.length + 1));
      Driver.check(
          JCudaDriver.cuModuleLoadDataEx(module, image, 0, new int[0], Pointer.to(new int[0])),
          "compile kernel " + name + "; the driver must be of CUDA 12.0 or newer");
      granted();
    }

    @Override
    protected int free() {
      return JCudaDriver.cuModuleUnload(module);
    }
  }
}
