package io.fastweights.kernels.cpu;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs this module's tests with a tag, in a JVM that was started with the options to test. */
public final class TaggedTests {
  private static final int FAILURES_SHOWN = 5;

  private TaggedTests() {}

  public static void main(String[] tag) {
    LauncherDiscoveryRequest tests =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectPackage("io.fastweights.kernels"))
            .filters(TagFilter.includeTags(tag))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(tests, listener);
    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(
        new PrintWriter(System.out, true, StandardCharsets.UTF_8), FAILURES_SHOWN);
    System.out.printf(
        Locale.ROOT,
        "passed %d of %d%n",
        summary.getTestsSucceededCount(),
        summary.getTestsFoundCount());
    System.exit(summary.getTotalFailureCount() == 0 ? 0 : 1);
  }
}
