package io.fastweights.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Loading of JCuda and its native library in a long-lived process. */
public class CudaLoadingTest {
  @BeforeEach
  void load() {
    SimulatedDevice.load();
  }

  @Test
  void takesTheCpuWhereJCudaIsNotOnTheClassPath() throws Exception {
    try (URLClassLoader loader = loader(false)) {
      assertThat(make(loader, "AUTO")).startsWith("cpu");
      assertThat(make(loader, "CUDA")).contains("JCuda is not on the class path");
    }
  }

  @Test
  void loadsTheLibraryOnceForEachClassLoader() throws Exception {
    assertThat(nameOfEngine("CUDA")).isEqualTo("cuda simulated device");
    for (int i = 0; i < 2; i++) {
      try (URLClassLoader loader = loader(true)) {
        assertThat(make(loader, "CUDA")).isEqualTo("cuda simulated device");
        assertThat(make(loader, "AUTO")).isEqualTo("cuda simulated device");
      }
    }
    assertThat(nameOfEngine("CUDA")).isEqualTo("cuda simulated device");
  }

  /** Called inside another class loader: an engine's name, or why there is none. */
  public static String nameOfEngine(String device) {
    Model model = new AssociativeMemory(4, 1, 1, new float[] {0.5f}, Normalisation.SUM);
    try (var engine = EngineProvider.create(model, new EngineOptions(Device.valueOf(device), 1))) {
      return engine.name();
    } catch (RuntimeException e) {
      return e.getMessage();
    }
  }

  private static String make(ClassLoader loader, String device)
      throws ReflectiveOperationException {
    Method method =
        loader.loadClass(CudaLoadingTest.class.getName()).getMethod("nameOfEngine", String.class);
    method.setAccessible(true);
    try {
      return (String) method.invoke(null, device);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** This process's class path once more, with or without JCuda. */
  private static URLClassLoader loader(boolean withJCuda) throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (withJCuda || !new File(entry).getName().startsWith("jcuda")) {
        urls.add(new File(entry).toURI().toURL());
      }
    }
    return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }
}
