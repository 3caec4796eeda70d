package dev.convoy.spark.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.layer.LayerTypes;
import dev.convoy.spark.job.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The tables of keys and layers in the reference are those of the code. */
class KeyTableTest {
  private static final Path REFERENCE = Path.of("src/docs/reference.md");
  private static final String BEGIN =
      "<!-- keys: made from the code by KeyTableTest; do not edit -->\n";
  private static final String END = "<!-- end of keys -->\n";

  /** Run with {@code -Dconvoy.docs.write=true} to write the table anew. */
  @Test
  void isWhatTheCodeSays() throws IOException {
    String text = Files.readString(REFERENCE);
    int from = text.indexOf(BEGIN) + BEGIN.length();
    int to = text.indexOf(END);
    assertThat(from).isGreaterThan(BEGIN.length()).isLessThanOrEqualTo(to);
    if (Boolean.getBoolean("convoy.docs.write")) {
      Files.writeString(REFERENCE, text.substring(0, from) + table() + text.substring(to));
    } else {
      assertThat(text.substring(from, to))
          .as("run this test with -Dconvoy.docs.write=true to write the table anew")
          .isEqualTo(table());
    }
  }

  @Test
  void everyLayerHasARow() throws IOException {
    String text = Files.readString(REFERENCE);
    String layers = text.substring(text.indexOf("### Layers"), text.indexOf("### Keys"));
    assertThat(LayerTypes.names()).allSatisfy(name -> assertThat(layers).contains(code(name)));
  }

  private static String table() {
    StringBuilder table =
        new StringBuilder("| key | default | values | meaning |\n|---|---|---|---|\n");
    for (Key key : Key.values()) {
      String standard =
          key.standard() == null
              ? "required"
              : key.standard().isEmpty() ? "" : code(key.standard());
      table
          .append("| ")
          .append(code(key.dotted()))
          .append(" | ")
          .append(standard)
          .append(" | ")
          .append(values(key))
          .append(" | ")
          .append(key.about())
          .append(" |\n");
    }
    return table.toString();
  }

  private static String values(Key key) {
    return switch (key.kind()) {
      case CHOICE -> String.join(", ", key.choices());
      case INTEGER, LONG -> "whole number " + code(key.limits());
      case REAL -> "number " + code(key.limits());
      case BOOLEAN -> "true, false";
      case LAYERS -> "list";
      case NAMED -> "mapping";
      case TEXT -> "text";
    };
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
