package io.fastweights.jobs.report;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("browser")
class PageInBrowserTest {
  @TempDir Path folder;

  @Test
  void aPageOfEveryKindOfElementFitsADesktopAPhoneAndPaper() throws Exception {
    Path page = folder.resolve("page.html");
    SamplePage.page().write(page);
    PageInBrowser.check(page, "sample", folder.resolve("profile"));
  }
}
