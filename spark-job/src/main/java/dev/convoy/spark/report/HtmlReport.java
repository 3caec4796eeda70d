package dev.convoy.spark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One page, without any other file or network: a run, or several beside each other. The page is a
 * template with its style, its scripts and the data put in.
 */
public final class HtmlReport {
  private static final ObjectMapper JSON =
      new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

  private HtmlReport() {}

  /** What the page's script gets. */
  private record Page(boolean comparison, List<RunReport> runs) {}

  /** The page of one run. */
  public static String of(RunReport run) {
    return page(run.name(), new Page(false, List.of(run)));
  }

  /** The page that lays the curves of several runs over each other. */
  public static String comparison(List<RunReport> runs) {
    String names = String.join(" and ", runs.stream().map(RunReport::name).toList());
    return page(names, new Page(true, List.copyOf(runs)));
  }

  private static String page(String title, Page page) {
    return resource("report.html")
        .replace("<!--title-->", escaped(title))
        .replace("/*style*/", resource("style.css"))
        .replace("/*chart.js*/", charts())
        .replace("/*charts*/", resource("charts.js"))
        .replace("/*network*/", resource("network.js"))
        .replace("/*report*/", resource("report.js"))
        .replace("/*data*/", json(page));
  }

  /** Chart.js, as the build took it from its WebJar. */
  static String charts() {
    return resource("chart.umd.min.js").replace("//# sourceMappingURL=chart.umd.min.js.map", "");
  }

  /** JSON that may stand inside a script element. */
  static String json(Object value) {
    try {
      return JSON.writeValueAsString(value).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("report: cannot be written as JSON", e);
    }
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream("web/" + name)) {
      if (in == null) {
        throw new IllegalStateException("report: " + name + " is missing in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report: cannot read " + name, e);
    }
  }
}
