package dev.convoy.engine.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How much of the machine everybody but this process and its children took since this was made: a
 * race beside a busy program says little. Read from Linux's {@code /proc/stat}.
 */
final class OtherLoad {
  private static final Path STAT = Path.of("/proc/stat");

  /** Fields of the first line that are not idle time: user, nice, system, irq, softirq, steal. */
  private static final List<Integer> BUSY = List.of(1, 2, 3, 6, 7, 8);

  /** Fields of the first line that are time at all: those and idle, iowait. */
  private static final int FIELDS = 8;

  /**
   * A moment's counters.
   *
   * @param all time of all cores together, ticks
   * @param busy of it not idle, ticks
   * @param own of this process and its children, seconds
   * @param nanos {@link System#nanoTime}
   */
  private record Counters(long all, long busy, double own, long nanos) {}

  private final Optional<Counters> start = now();

  /** The share, 0 to 1; empty if it cannot be known here. */
  Optional<Double> share() {
    Optional<Counters> end = now();
    if (start.isEmpty() || end.isEmpty() || end.get().all <= start.get().all) {
      return Optional.empty();
    }
    Counters from = start.get();
    Counters to = end.get();
    double busy = (double) (to.busy - from.busy) / (to.all - from.all);
    double seconds = (to.nanos - from.nanos) / 1e9 * Runtime.getRuntime().availableProcessors();
    return Optional.of(Math.max(0, Math.min(1, busy - (to.own - from.own) / seconds)));
  }

  /** A sentence for a table. */
  String sentence() {
    return share()
        .map(
            share ->
                String.format(
                    Locale.ROOT,
                    "other programs took %.0f %% of the machine meanwhile%s",
                    100 * share,
                    share > 0.05 ? ": repeat it when it is calm" : ""))
        .orElse("what other programs took meanwhile is not known on this system");
  }

  private static Optional<Counters> now() {
    try (Stream<String> lines = Files.lines(STAT)) {
      String[] words = lines.findFirst().orElseThrow().trim().split(" +");
      long all = 0;
      long busy = 0;
      for (int i = 1; i <= FIELDS; i++) {
        long ticks = Long.parseLong(words[i]);
        all += ticks;
        busy += BUSY.contains(i) ? ticks : 0;
      }
      return Optional.of(new Counters(all, busy, own(), System.nanoTime()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static double own() {
    ProcessHandle self = ProcessHandle.current();
    return Stream.concat(Stream.of(self), self.descendants())
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .mapToDouble(duration -> duration.toNanos() / 1e9)
        .sum();
  }
}
