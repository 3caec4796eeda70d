package dev.convoy.engine.bench;

import dev.convoy.engine.data.ImageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the time of a training step goes: the Flight Recorder's samples, by the engine's method.
 */
final class StepProfile {
  private static final int BATCH = 64;

  /** One-liners that are inlined: their samples belong to the kernel around them. */
  private static final Set<String> HELPERS =
      Set.of("load", "spread", "put", "larger", "storeRelu", "storeGated");

  private StepProfile() {}

  static void run() throws IOException {
    String filter = System.getProperty("convoy.bench.filter", "");
    for (Nets net : Nets.values()) {
      if (net.id().contains(filter)) {
        profile(net);
      }
    }
  }

  private static void profile(Nets net) throws IOException {
    ImageSet images = net.images(EngineRun.BATCHES * BATCH);
    EngineRun run = new EngineRun(net.spec(), images, BATCH, BATCH, true);
    Rates.window(() -> run.step(1e-4f), BATCH, 3_000_000_000L);
    Path file = Files.createTempFile("convoy", ".jfr");
    double rate;
    try (Recording recording = new Recording()) {
      recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
      recording.start();
      rate = Rates.window(() -> run.step(1e-4f), BATCH, 5_000_000_000L);
      recording.stop();
      recording.dump(file);
    }
    Map<String, Integer> counts = new HashMap<>();
    int samples = 0;
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().equals("jdk.ExecutionSample")) {
        counts.merge(place(event.getStackTrace().getFrames()), 1, Integer::sum);
        samples++;
      }
    }
    Files.delete(file);
    System.out.printf(
        Locale.ROOT, "%s: %.0f examples/s, batch %d, %d samples%n", net.id(), rate, BATCH, samples);
    int total = samples;
    counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(14)
        .forEach(
            e ->
                System.out.printf(
                    Locale.ROOT, "  %5.1f %%  %s%n", 100.0 * e.getValue() / total, e.getKey()));
  }

  /** The innermost method of the engine, the layer's arithmetic that called it, and the pass. */
  private static String place(List<RecordedFrame> frames) {
    String inner = "";
    String middle = "";
    String pass = "";
    for (RecordedFrame frame : frames) {
      String type = frame.getMethod().getType().getName();
      if (!type.startsWith("dev.convoy.engine") || type.contains(".bench.")) {
        continue;
      }
      String method = frame.getMethod().getName();
      if (type.endsWith("VectorKernels") && HELPERS.contains(method)) {
        continue;
      }
      String name = type.substring(type.lastIndexOf('.') + 1) + '.' + method;
      if (inner.isEmpty()) {
        inner = name;
      } else if (name.startsWith("Convolution.") || type.contains(".layer.")) {
        middle = middle.isEmpty() ? name : middle;
      }
      if (name.startsWith("Network.")) {
        pass = name;
      }
    }
    return inner + " < " + middle + " < " + pass;
  }
}
