package io.fastweights.jobs.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A report: one HTML file that loads nothing. */
public final class Page {
  private final String title;
  private final StringBuilder body = new StringBuilder();

  public Page(String title) {
    this.title = title;
  }

  /** A heading. */
  public Page section(String heading) {
    return element("h2", "", heading);
  }

  /** A paragraph of text. */
  public Page text(String text) {
    return element("p", "", text);
  }

  /** The paragraph that holds the result. */
  public Page lead(String text) {
    return element("p", " class=\"lead\"", text);
  }

  /** A smaller paragraph. */
  public Page note(String text) {
    return element("p", " class=\"note\"", text);
  }

  private Page element(String name, String attributes, String text) {
    add("<%s%s>%s</%s>\n", name, attributes, Html.escape(text), name);
    return this;
  }

  /** Statements that stand out from the text; nothing where there are none. */
  public Page warning(String heading, List<String> statements) {
    if (statements.isEmpty()) {
      return this;
    }
    add("<section class=\"caution\"><h3>%s</h3>", Html.escape(heading));
    list(statements);
    add("</section>\n");
    return this;
  }

  /** A list of texts. */
  public Page list(List<String> texts) {
    add("<ul>");
    texts.forEach(text -> add("<li>%s</li>", Html.escape(text)));
    add("</ul>\n");
    return this;
  }

  /** A figure beside others: a value, then its name. */
  public record Figure(String value, String name) {}

  public Page figures(Figure... figures) {
    add("<div class=\"figures\">");
    for (Figure figure : figures) {
      add("<div><b>%s</b>", Html.escape(figure.value()));
      add("<span>%s</span></div>", Html.escape(figure.name()));
    }
    add("</div>\n");
    return this;
  }

  public Page table(Table table) {
    body.append(table.html());
    return this;
  }

  /** Text that is shown as it is written, such as a file. */
  public Page source(String name, String text) {
    add("<details><summary>%s</summary>", Html.escape(name));
    add("<div class=\"scroll\"><pre>%s</pre></div></details>\n", Html.escape(text));
    return this;
  }

  /**
   * A chart.
   *
   * @param message what it shows, as a sentence
   */
  public Page chart(Chart chart, String message) {
    add("<figure><figcaption>%s</figcaption>", Html.escape(message));
    if (!chart.legend().isEmpty()) {
      add("<div class=\"legend\">");
      chart.legend().forEach(key -> key(key.role(), key.name()));
      add("</div>");
    }
    if (!chart.verticalTitle().isEmpty()) {
      add("<div class=\"vertical\">%s</div>", Html.escape(chart.verticalTitle()));
    }
    add("<div class=\"plot\" style=\"--left:%dpx;--right:%dpx\">", chart.left(), chart.right());
    body.append(chart.svg(message)).append("</div>");
    if (chart.table() != null) {
      body.append("<details><summary>The figures</summary>")
          .append(chart.table().html())
          .append("</details>");
    }
    add("</figure>\n");
    return this;
  }

  private void key(Role role, String name) {
    add("<span><i class=\"%s\"></i>%s</span>", role.css(), Html.escape(name));
  }

  private void add(String pattern, Object... values) {
    body.append(String.format(Locale.ROOT, pattern, values));
  }

  /** Writes the page; folders that are missing are made. */
  public void write(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Files.writeString(file, html());
  }

  /** The page as text. */
  public String html() {
    return html("", resource("report.js"));
  }

  /**
   * The page as text, with a script that takes new content from {@code events} beside it.
   *
   * @param memories true to ask {@code memory} beside it what a key's memory holds
   */
  public String liveHtml(boolean memories) {
    String script = resource("report.js") + resource("live.js");
    return html("; connect-src 'self'", memories ? script + resource("memory.js") : script);
  }

  /** What a page that is open takes in place of its content. */
  public String content() {
    return "<h1>" + Html.escape(title) + "</h1>\n" + body;
  }

  private String html(String allowed, String script) {
    String policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
    return String.format(
        Locale.ROOT,
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta http-equiv="Content-Security-Policy" content="%4$s"/>
        <title>%1$s</title>
        <style>
        %2$s</style>
        </head>
        <body>
        <main>
        %3$s</main>
        <script>
        %5$s</script>
        </body>
        </html>
        """,
        Html.escape(title),
        resource("report.css"),
        content(),
        policy + allowed,
        script);
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
