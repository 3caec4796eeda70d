package dev.convoy.spark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.codahale.metrics.MetricRegistry;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.train.event.TrainEvent;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.junit.jupiter.api.Test;

class SparkMetricsTest {
  private long now;

  @Test
  void sinksFindTheFiguresOfTheRun() {
    SparkContext spark = SparkForTests.local("local[1]");
    try (SparkMetrics metrics = new SparkMetrics(() -> now).register()) {
      MetricRegistry registry =
          SparkEnv.get().metricsSystem().getSourcesByName("convoy").head().metricRegistry();
      assertThat(gauge(registry, "loss")).isNaN();
      metrics.on(MadeUp.step(7));
      metrics.on(new TrainEvent.Evaluated("validation", 7, 2, 10, 0.25, 0.9, 0.1, true));
      metrics.on(new TrainEvent.Checkpointed(7, "x", 0.1));
      now += 2_500_000_000L;
      assertThat(gauge(registry, "step")).isEqualTo(7);
      assertThat(gauge(registry, "loss")).isEqualTo(0.5);
      assertThat(gauge(registry, "accuracy")).isEqualTo(0.5);
      assertThat(gauge(registry, "examplesPerSecond")).isCloseTo(1600, within(1e-6));
      assertThat(gauge(registry, "computeMillis")).isCloseTo(30, within(1e-6));
      assertThat(gauge(registry, "resultMillis")).isCloseTo(4, within(1e-6));
      assertThat(gauge(registry, "gradientNorm")).isEqualTo(1.5);
      assertThat(gauge(registry, "overheadMillis")).isCloseTo(10, within(1e-6));
      assertThat(gauge(registry, "validationAccuracy")).isEqualTo(0.9);
      assertThat(gauge(registry, "checkpointAgeSeconds")).isCloseTo(2.5, within(1e-6));
    } finally {
      spark.stop();
    }
  }

  @Test
  void prometheusAndJsonSinksShowThem() throws Exception {
    Map<String, String> settings =
        Map.of(
            "spark.ui.enabled",
            "true",
            "spark.ui.port",
            "0",
            "spark.metrics.conf.*.sink.prometheusServlet.class",
            "org.apache.spark.metrics.sink.PrometheusServlet",
            "spark.metrics.conf.*.sink.prometheusServlet.path",
            "/metrics/prometheus");
    SparkContext spark = SparkForTests.local("local[1]", settings);
    try (SparkMetrics metrics = new SparkMetrics(() -> now).register()) {
      metrics.on(MadeUp.step(7));
      String address = spark.uiWebUrl().get();
      assertThat(read(address + "/metrics/json/")).contains(".driver.convoy.loss");
      assertThat(read(address + "/metrics/prometheus/"))
          .containsPattern("metrics_.*_driver_convoy_gradientNorm_Value\\{type=\"gauges\"} 1\\.5");
    } finally {
      spark.stop();
    }
  }

  @Test
  void jmxSinkShowsThem() throws Exception {
    Map<String, String> settings =
        Map.of(
            "spark.metrics.conf.driver.sink.jmx.class",
            "org.apache.spark.metrics.sink.JmxSink",
            "spark.metrics.namespace",
            "convoyJmxTest");
    SparkContext spark = SparkForTests.local("local[1]", settings);
    try (SparkMetrics metrics = new SparkMetrics(() -> now).register()) {
      metrics.on(MadeUp.step(7));
      MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
      ObjectName loss = new ObjectName("metrics:name=convoyJmxTest.driver.convoy.loss,type=gauges");
      assertThat(beans.getAttribute(loss, "Value")).isEqualTo(0.5);
    } finally {
      spark.stop();
    }
  }

  private static String read(String address) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private static double gauge(MetricRegistry registry, String name) {
    return ((Number) registry.getGauges().get(name).getValue()).doubleValue();
  }
}
