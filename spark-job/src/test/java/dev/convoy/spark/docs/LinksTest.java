package dev.convoy.spark.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What README and guides point to is there. */
class LinksTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(#[^)]*)?\\)");
  private static final Pattern FILE =
      Pattern.compile(
          "`((?:engine|spark-job|conf|\\.github|\\.ci)/[^` ]+\\.(?:java|md|yaml|conf|properties))`");

  static Stream<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    for (String folder : List.of("spark-job/src/docs", ".github")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
      }
    }
    return pages.stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkAndFileIsThere(Path page) throws IOException {
    String text = Files.readString(page);
    List<String> missing = new ArrayList<>();
    Matcher link = LINK.matcher(text);
    while (link.find()) {
      if (!link.group(1).contains(":") && !Files.exists(page.resolveSibling(link.group(1)))) {
        missing.add(link.group(1));
      }
    }
    Matcher file = FILE.matcher(text);
    while (file.find()) {
      if (!Files.exists(ROOT.resolve(file.group(1)))) {
        missing.add(file.group(1));
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void theReadmeIsADoor() throws IOException {
    assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(150);
  }
}
