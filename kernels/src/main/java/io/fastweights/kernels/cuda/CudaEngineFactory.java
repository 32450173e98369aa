package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.NativeLibrary;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineFactory;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.model.Model;

/** Makes CUDA engines; found by name, so that nothing else links to JCuda. */
public final class CudaEngineFactory implements EngineFactory {

  @Override
  public Engine create(Model model, EngineOptions options) {
    try {
      NativeLibrary.loadDriver();
      return new CudaEngine(model, options);
    } catch (LinkageError e) {
      throw new EngineException(why(e), e);
    }
  }

  /** The reason that JCuda failed to load, in words. */
  public static String why(LinkageError error) {
    StringBuilder trace = new StringBuilder();
    for (Throwable t = error; t != null; t = t.getCause()) {
      trace.append(t).append('\n');
    }
    String text = trace.toString();
    if (text.contains("already loaded in another classloader")) {
      return "JCuda's native library is already loaded by another class loader of this process:"
          + " put the jcuda jars into Flink's lib/ folder, or set"
          + " classloader.parent-first-patterns.additional: jcuda.";
    }
    if (text.contains("libcuda.so.1")) {
      return "there is no CUDA driver: libcuda.so.1 cannot be loaded";
    }
    if (text.contains("NoClassDefFoundError: jcuda/")) {
      return "JCuda is not on the class path";
    }
    if (text.contains("No resource found")) {
      return "the jar of JCuda's natives for linux-x86_64 is not on the class path";
    }
    return "JCuda cannot be loaded: " + text.lines().findFirst().orElse("");
  }
}
