package io.fastweights.jobs.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fastweights.jobs.report.Browser;
import io.fastweights.jobs.report.Page;
import io.fastweights.jobs.report.PageInBrowser;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("browser")
class LivePageInBrowserTest {
  private static final String TITLE = "document.querySelector('h1').textContent";
  private static final String OPENED = "document.querySelector('details').open";

  private static final String LOOK = "document.querySelector('.look [role=status]')";
  private static final String LOST = "!document.querySelector('.lost').hidden";

  @TempDir Path folder;

  private final AtomicInteger made = new AtomicInteger();

  private Page page() {
    return new Page("State " + made.incrementAndGet()).source("Details", "text");
  }

  private static String memory(String key, String question) {
    return "<b>" + key.replace("&", "&amp;") + ": " + question + "</b>";
  }

  @Test
  void thePageChangesWhileTheJobRunsAndKeepsWhatIsOpened() throws Exception {
    try (Browser browser = new Browser(PageInBrowser.CHROMIUM, folder.resolve("profile"))) {
      String address;
      try (LiveServer server = new LiveServer(0, this::page, LivePageInBrowserTest::memory)) {
        address = server.address().toString();
        browser.open(server.address(), 375, "light", "screen");
        browser.evaluate("document.querySelector('details').open = true");
        String first = browser.evaluate(TITLE).asText();
        await(browser, TITLE + " != '" + first + "'");
        assertThat(browser.evaluate(OPENED).asBoolean()).as("details stay open").isTrue();
        browser.evaluate("document.querySelector('[name=key]').value = 'a&b'");
        browser.evaluate("document.querySelector('[name=ask]').value = 'page=p1'");
        browser.evaluate("document.querySelector('.look form').requestSubmit()");
        await(browser, LOOK + ".querySelector('b') != null");
        assertThat(browser.evaluate(LOOK + ".textContent").asText()).isEqualTo("a&b: page=p1");
        assertThat(browser.evaluate("document.scrollingElement.scrollWidth").asInt())
            .as("width on a phone")
            .isLessThanOrEqualTo(375);
      }
      await(browser, "source.readyState == EventSource.CLOSED");
      assertThat(browser.evaluate(LOST).asBoolean()).as("the end is no loss").isFalse();
      assertThat(browser.errors()).isEmpty();
      assertThat(browser.requests())
          .isEqualTo(
              List.of(address, address + "events", address + "memory?key=a%26b&ask=page%3Dp1"));
    }
  }

  @Test
  void aPageWhoseJobDoesNotAnswerSaysSo() throws Exception {
    HttpServer job =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] html = page().liveHtml(false).getBytes(StandardCharsets.UTF_8);
    job.createContext(
        "/",
        exchange -> {
          try (exchange) {
            boolean events = exchange.getRequestURI().getPath().equals("/events");
            exchange.sendResponseHeaders(events ? 503 : 200, events ? -1 : html.length);
            if (!events) {
              exchange.getResponseBody().write(html);
            }
          }
        });
    job.start();
    try (Browser browser = new Browser(PageInBrowser.CHROMIUM, folder.resolve("profile"))) {
      String address = "http://127.0.0.1:" + job.getAddress().getPort() + "/";
      browser.open(URI.create(address), 375, "light", "screen");
      await(browser, LOST);
    } finally {
      job.stop(0);
    }
  }

  private static void await(Browser browser, String condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!browser.evaluate(condition).asBoolean()) {
      assertThat(System.nanoTime()).as(condition).isLessThan(end);
      Thread.sleep(50);
    }
  }
}
