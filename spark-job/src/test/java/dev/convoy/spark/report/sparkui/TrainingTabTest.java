package dev.convoy.spark.report.sparkui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.browser.Chromium;
import dev.convoy.spark.browser.Chromium.Device;
import dev.convoy.spark.report.MadeUp;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.deploy.history.FsHistoryProvider;
import org.apache.spark.deploy.history.HistoryServer;
import org.apache.spark.deploy.history.HistoryServer$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tab in Spark's UI while a run goes on, and in the History Server afterwards. */
class TrainingTabTest {
  private static final String POINTS = "convoy.charts.loss.data.datasets[0].data.length";
  private static final String SHA = "5ee1";

  @TempDir Path folder;

  private String log() {
    return folder.toUri().toString();
  }

  private SparkContext spark() {
    return SparkForTests.local(
        "local[1]",
        Map.of(
            "spark.ui.enabled",
            "true",
            "spark.ui.port",
            "0",
            "spark.eventLog.enabled",
            "true",
            "spark.eventLog.dir",
            log()));
  }

  private static void half(TrainListener tab, int from, double accuracy) {
    for (int i = from; i < from + 4; i++) {
      tab.on(MadeUp.step(i, i <= 4 ? 1 : 2, 64, 2.0 / i, 30 + 4 * i));
    }
    tab.on(
        new TrainEvent.Evaluated(
            "validation", from + 3, from == 1 ? 1 : 2, 10, 0.25, accuracy, 0.1, true));
  }

  @Test
  void theTabFollowsARunAndTheHistoryServerShowsItAgain() throws Exception {
    try (Chromium page = Chromium.open(Device.DESKTOP, false)) {
      String application = liveRun(page);
      SparkConf memory = new SparkConf(false).set("spark.history.fs.logDirectory", log());
      history(page, memory, application);
      SparkConf disk = memory.clone().set("spark.history.store.path", folder + "/store");
      history(page, disk, application);
    }
  }

  private String liveRun(Chromium page) throws IOException {
    SparkContext spark = spark();
    try {
      TrainListener tab = TrainingTab.attach(spark, "made <i>up");
      String address = spark.uiWebUrl().get();
      page.visit(address + "/training/").until("document.getElementById('waiting')");
      tab.on(MadeUp.started(1));
      half(tab, 1, 0.9);
      page.until(POINTS + " === 4");
      assertThat(page.text("#name")).isEqualTo("made <i>up, running");
      assertThat(page.text("#now")).contains("4 of 8", "epoch 1 of 2", "90.00%", "Remaining");
      assertThat(page.text("#executors")).contains("driver", "other", "50 %");
      assertThat(page.count("a[href$='/training/']")).isEqualTo(1);

      tab.on(new TrainEvent.Checkpointed(8, "runs/1/checkpoints/8", 0.1));
      half(tab, 5, 0.95);
      page.until(POINTS + " === 8");
      tab.on(new TrainEvent.Finished(8, StopReason.EPOCHS, 1, 512, 1, 0.5, 0.1, SHA));
      page.until("document.getElementById('sha')").picture("tab-live");
      expectWholeRun(page);
      return spark.applicationId();
    } finally {
      spark.stop();
    }
  }

  private static void history(Chromium page, SparkConf conf, String application)
      throws IOException {
    FsHistoryProvider provider = new FsHistoryProvider(conf);
    HistoryServer server =
        new HistoryServer(conf, provider, HistoryServer$.MODULE$.createSecurityManager(conf), 0);
    server.bind();
    try {
      provider.start();
      String address = "http://127.0.0.1:" + server.boundPort() + "/history/" + application;
      page.visit(address + "/training/").until("document.getElementById('sha')");
      page.picture("tab-history");
      expectWholeRun(page);
    } finally {
      server.stop();
    }
  }

  private static void expectWholeRun(Chromium page) {
    assertThat(page.number(POINTS)).isEqualTo(8);
    assertThat(page.number("convoy.charts.loss.data.datasets[2].data.length")).isEqualTo(2);
    assertThat(page.text("#name")).isEqualTo("made <i>up, finished");
    assertThat(page.text("#now")).contains("8 of 8", "epoch 2 of 2", "95.00%");
    assertThat(page.text("#sha")).isEqualTo(SHA);
    assertThat(page.text("#facts")).contains("step 8 at", "runs/1/checkpoints/8", "c0ffee");
    page.hover("#figure-loss canvas").until("convoy.charts.loss.tooltip.opacity > 0");
    page.expectNoErrors();
  }
}
