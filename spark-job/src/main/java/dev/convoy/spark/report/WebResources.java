package dev.convoy.spark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The templates, styles and scripts that our pages are made of, and how data is put into them. */
public final class WebResources {
  private static final ObjectMapper JSON =
      new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

  private WebResources() {}

  /** Text of the file {@code name} beside this class, for example {@code web/style.css}. */
  public static String text(String name) {
    try (InputStream in = WebResources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("report: " + name + " is missing in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report: cannot read " + name, e);
    }
  }

  /** Chart.js, as the build took it from its WebJar. */
  public static String chartLibrary() {
    return text("web/chart.umd.min.js").replace("//# sourceMappingURL=chart.umd.min.js.map", "");
  }

  /** JSON that may stand inside a script element. */
  public static String json(Object value) {
    try {
      return JSON.writeValueAsString(value).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("report: cannot be written as JSON", e);
    }
  }

  /** Text that may stand in an element or an attribute of a page. */
  public static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
