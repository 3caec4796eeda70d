package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.browser.Chromium;
import dev.convoy.spark.browser.Chromium.Device;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that a run leaves, and the one that compares two, in a real browser. */
class ReportPageTest {
  @TempDir static Path folder;
  private static Path job;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    job = Cli.job(folder, Cli.data(folder.resolve("data")));
    run = folder.resolve("run <i>one");
    train(run, "0.05");
  }

  private static void train(Path output, String rate) {
    String learning = "optimizer.learningRate=" + rate;
    String config = job.toString();
    Cli.run(
            "train",
            "--master",
            "local[1]",
            "--quiet",
            "--config",
            config,
            "--set",
            learning,
            "--output",
            output.toString())
        .succeeds();
  }

  private static String address(Path file) {
    return file.toUri().toString();
  }

  @Test
  void aRunLeavesAPageWithItsCurvesNetworkAndMistakes() throws IOException {
    try (Chromium page = Chromium.open(Device.DESKTOP, false)) {
      page.visit(address(run.resolve("report.html")))
          .until("document.documentElement.dataset.ready");
      page.picture("report-desktop");
      assertThat(page.text("h1")).isEqualTo("run <i>one");
      for (String key : new String[] {"loss", "accuracy"}) {
        String sets = "convoy.charts." + key + ".data.datasets";
        assertThat(page.number(sets + "[0].data.length")).isEqualTo(12);
        assertThat(page.number(sets + "[2].data.length")).isEqualTo(2);
      }
      assertThat(page.number("convoy.charts.times.data.datasets.length")).isEqualTo(6);
      assertThat(page.number("convoy.charts.weightNorms.data.datasets.length")).isEqualTo(2);
      assertThat(page.count("#confusion td")).isEqualTo(9);
      assertThat(page.count("#classes tr")).isEqualTo(4);
      assertThat(page.count("#layers tr")).isEqualTo(6);
      assertThat(page.count("#drawing rect")).isPositive();
      assertThat(page.count("#filters canvas")).isEqualTo(2);
      assertThat(page.count("#maps canvas")).isEqualTo(3 * (1 + 2));
      assertThat(page.text("#sha")).matches("[0-9a-f]{64}");
      assertThat(page.text("#job")).contains("epochs: 2");
      page.expectNoErrors().expectNoSidewaysScrolling();
    }
  }

  /** Images that the training may have seen are called no test set. */
  @Test
  void onlyATestSetIsSaidToBeUnseen() throws IOException {
    Path seen = folder.resolve("seen");
    train(seen, "0.05");
    BufferedImage image = new BufferedImage(6, 6, BufferedImage.TYPE_BYTE_GRAY);
    for (String name : List.of("a", "b", "c")) {
      Path to = Files.createDirectories(folder.resolve("images/" + name));
      ImageIO.write(image, "png", to.resolve("1.png").toFile());
    }
    String images = folder.resolve("images").toString();
    try (Chromium page = Chromium.open(Device.DESKTOP, false)) {
      page.visit(address(seen.resolve("report.html")))
          .until("document.documentElement.dataset.ready");
      assertThat(page.text("#quality"))
          .contains("40 test examples of ", "which training never saw");
      String run = seen.toString();
      Cli.run("evaluate", "--model", run, "--output", run, "--data", images).succeeds();
      page.visit(address(seen.resolve("report.html")))
          .until("document.documentElement.dataset.ready");
      assertThat(page.text("#quality"))
          .contains("3 examples of " + images + ".")
          .doesNotContain("never saw");
      page.expectNoErrors();
    }
  }

  @Test
  void hoveringTellsTheValuesOfAStep() {
    try (Chromium page = Chromium.open(Device.DESKTOP, false)) {
      page.visit(address(run.resolve("report.html")))
          .until("document.documentElement.dataset.ready")
          .hover("#figure-loss canvas")
          .until("convoy.charts.loss.tooltip.opacity > 0");
      assertThat((String) page.ask("convoy.charts.loss.tooltip.title[0]")).matches("step [0-9]+");
      assertThat((String) page.ask("JSON.stringify(convoy.charts.loss.tooltip.body)"))
          .contains("training", "validation");
      page.expectNoErrors();
    }
  }

  @Test
  void theThemeFollowsTheSystemAndTheButton() {
    String ground = "getComputedStyle(document.body).backgroundColor";
    try (Chromium page = Chromium.open(Device.DESKTOP, true)) {
      page.visit(address(run.resolve("report.html")))
          .until("document.documentElement.dataset.ready");
      Object dark = page.ask(ground);
      Object axis = page.ask("convoy.charts.loss.options.scales.x.ticks.color");
      page.click("#theme");
      assertThat(page.ask(ground)).isEqualTo("rgb(255, 255, 255)").isNotEqualTo(dark);
      assertThat(page.ask("convoy.charts.loss.options.scales.x.ticks.color")).isNotEqualTo(axis);
      page.expectNoErrors();
    }
  }

  @Test
  void aPhoneShowsItAll() throws IOException {
    try (Chromium page = Chromium.open(Device.PHONE, true)) {
      page.visit(address(run.resolve("report.html")))
          .until("document.documentElement.dataset.ready")
          .picture("report-phone")
          .expectNoErrors()
          .expectNoSidewaysScrolling();
    }
  }

  @Test
  void runsAreLaidOverEachOther() throws IOException {
    Path other = folder.resolve("faster");
    train(other, "0.1");
    Path target = folder.resolve("comparison.html");
    Cli.run("report", "--compare", run.toString(), other.toString(), "--output", target.toString())
        .succeeds();
    try (Chromium page = Chromium.open(Device.DESKTOP, false)) {
      page.visit(address(target)).until("document.documentElement.dataset.ready");
      page.picture("comparison-desktop");
      assertThat(page.number("convoy.charts.loss.data.datasets.length")).isEqualTo(4);
      assertThat(page.number("convoy.charts.validationLoss.data.datasets.length")).isEqualTo(2);
      String steps = "convoy.charts.validationLoss.scales.x.";
      assertThat(page.number(steps + "min")).isLessThan(page.number(steps + "max"));
      assertThat(page.text("#runs")).contains("run <i>one", "faster", "Test accuracy");
      assertThat(page.text("#differences"))
          .contains("optimizer.learningRate: 0.05", "optimizer.learningRate: 0.1");
      page.expectNoErrors().expectNoSidewaysScrolling();
    }
  }

  @Test
  void thePageIsOneFile() throws IOException {
    String html = Files.readString(run.resolve("report.html"));
    assertThat(html).doesNotContain("src=", "<link rel=\"stylesheet\"", "@import", "run <i>one");
    assertThat(html.split("</script>", -1)).hasSize(6);
  }

  @Test
  void aReportCanBeMadeAnewAndNeedsARun() throws IOException {
    Path target = folder.resolve("again.html");
    Cli.run("report", run.toString(), "--output", target.toString()).succeeds();
    assertThat(Files.readString(target)).isEqualTo(Files.readString(run.resolve("report.html")));
    Cli.run("report").isMistake("got 0 folders of runs, expected one");
    Cli.run("report", "--compare", run.toString()).isMistake("expected two or more");
    Cli.run("report", folder.resolve("data").toString())
        .isMistake("no metrics.jsonl in", "expected the folder of a run");
  }
}
