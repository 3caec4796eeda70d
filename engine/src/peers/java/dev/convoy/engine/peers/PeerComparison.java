package dev.convoy.engine.peers;

import dev.convoy.engine.bench.Nets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The engine against the best that a user of PyTorch would run, on the same work: all start from
 * the same weights, must agree on the loss of three steps, then take turns in short windows. The
 * ratio that counts is the one to the fastest way to run PyTorch in 32 bits; ways with fewer bits
 * stand beside.
 *
 * <p>System properties, lists with commas: {@code convoy.peers.nets}, {@code .batch}, {@code
 * .threads}, {@code .torch} (ways to run PyTorch), {@code .python} (auto, none or an interpreter),
 * {@code .script} (torch_worker.py), {@code .folder} (for files), {@code .microBatch}, {@code
 * .mode} (training or inference), {@code .pairs} (rounds), {@code .windowMillis}, {@code
 * .warmUpMillis}. Without Python the peer is DJL's PyTorch, eager and on one thread.
 */
public final class PeerComparison {
  private static final int CHECKED_STEPS = 3;
  private static final float CHECK_RATE = 0.02f;
  private static final double TOLERANCE = 1e-4;

  /** bf16 has 8 bits of mantissa. */
  private static final double BF16_TOLERANCE = 3e-2;

  private final boolean training = training(text("mode"));
  private final List<String> modes = modes();
  private final Path folder = Path.of(text("folder"));
  private final Path script = Path.of(text("script"));
  private final Optional<Path> python =
      PythonEnvironment.find(text("python"), folder.resolve("venv"));
  private final Race.Windows windows =
      new Race.Windows(
          number("pairs"),
          number("windowMillis") * 1_000_000L,
          number("warmUpMillis") * 1_000_000L);

  /** A line of the last table for each race. */
  private final List<String> summary = new ArrayList<>();

  /** The sides do not do the same work, or there is no other side. */
  private static final class Unfair extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unfair(String message) {
      super(message);
    }
  }

  private PeerComparison() {}

  /** Runs the races and prints a table of each, then one of all. */
  public static void main(String[] args) {
    try {
      new PeerComparison().run();
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (Unfair | TorchProcess.Failed e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private void run() {
    List<Nets> nets = list("nets").stream().map(Nets::of).toList();
    System.out.printf(
        Locale.ROOT,
        "%s, examples/s, Java %s; ratios are Convoy's rate over the other's: median (quartiles)%n",
        training ? "training step" : "inference",
        System.getProperty("java.version"));
    if (python.isEmpty()) {
      System.out.println(
          "!!! No Python with PyTorch: the peer is an older PyTorch through DJL, eager, one thread."
              + " It is NOT the fastest PyTorch; quote no ratio of this run as one to the best.");
    }
    for (Nets net : nets) {
      for (int threads : numbers("threads")) {
        for (int batch : numbers("batch")) {
          race(Work.of(net, batch, threads, number("microBatch"), training));
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%n%-10s %7s %6s  %-24s %-22s %s%n",
        "net",
        "threads",
        "batch",
        "fastest PyTorch, fp32",
        "Convoy / it",
        "Convoy / fastest with fewer bits");
    summary.forEach(System.out::println);
  }

  private void race(Work work) {
    if (work.threads() > Runtime.getRuntime().availableProcessors()) {
      System.out.printf("%n%s: left out, because there are fewer cores%n", work);
      return;
    }
    if (python.isEmpty() && work.threads() > 1) {
      System.out.printf("%n%s: left out, because DJL runs on one thread here%n", work);
      return;
    }
    List<Peer> others = new ArrayList<>();
    try (EnginePeer engine = new EnginePeer(work)) {
      double[] expected = new double[CHECKED_STEPS];
      for (int i = 0; i < CHECKED_STEPS; i++) {
        expected[i] = once(engine);
      }
      System.out.printf("%n%s%n", work);
      start(work, engine.torchNet(), expected, others);
      if (others.stream().allMatch(Peer::lessPrecise)) {
        throw new Unfair(work + ": no way to run PyTorch in 32 bits works");
      }
      List<Race.Result> results = Race.run(engine, others, windows);
      summary.add(
          String.format(
              Locale.ROOT,
              "%-10s %7d %6d  %s %s",
              work.net().id(),
              work.threads(),
              work.batch(),
              fastest(results.stream().filter(result -> !result.lessPrecise())),
              fastest(results.stream().filter(Race.Result::lessPrecise))));
    } finally {
      others.forEach(Peer::close);
    }
  }

  /** The one that leads the engine by most, or lags least: by ratios, as rates waver. */
  private static String fastest(Stream<Race.Result> results) {
    return results
        .min(Comparator.comparingDouble(Race.Result::medianRatio))
        .map(best -> String.format(Locale.ROOT, "%-24s %-22s", best.name(), best.ratio()))
        .orElse("-");
  }

  /** Starts those that work and do the same work; says which do not, and why. */
  private void start(Work work, TorchNet net, double[] expected, List<Peer> others) {
    if (python.isEmpty()) {
      add(new TorchRun(net, training), expected, others);
      return;
    }
    Path file = folder.resolve("work.bin");
    try {
      Files.createDirectories(folder);
      net.write(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
    for (String mode : modes) {
      try {
        TorchProcess peer = new TorchProcess(python.get(), script, file, work, mode);
        if (others.isEmpty()) {
          System.out.println("  " + peer.about());
        }
        add(peer, expected, others);
      } catch (TorchProcess.Failed e) {
        System.out.printf("  %-28s LEFT OUT: %s%n", mode, e.getMessage());
      }
    }
  }

  private double once(Peer peer) {
    return training ? peer.step(CHECK_RATE) : peer.predict();
  }

  /** Compares three results in a row, then lets the peer take part. */
  private void add(Peer peer, double[] expected, List<Peer> others) {
    double tolerance = peer.lessPrecise() ? BF16_TOLERANCE : TOLERANCE;
    for (int i = 0; i < CHECKED_STEPS; i++) {
      double got;
      try {
        got = once(peer);
      } catch (RuntimeException e) {
        peer.close();
        throw e;
      }
      if (!(Math.abs(got - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i])))) {
        peer.close();
        throw new Unfair(
            String.format(
                Locale.ROOT,
                "not the same work: in step %d Convoy got %s, %s %s, expected them within %s",
                i + 1,
                expected[i],
                peer.name(),
                got,
                tolerance));
      }
    }
    others.add(peer);
  }

  private static boolean training(String mode) {
    return switch (mode) {
      case "training" -> true;
      case "inference" -> false;
      default ->
          throw new IllegalArgumentException(
              "convoy.peers.mode: got '" + mode + "', expected training or inference");
    };
  }

  private static List<String> modes() {
    List<String> modes = list("torch");
    for (String mode : modes) {
      if (!TorchProcess.FLAGS.containsAll(List.of(mode.split("\\+")))) {
        throw new IllegalArgumentException(
            "convoy.peers.torch: got '"
                + mode
                + "', expected ways to run PyTorch: each one or more of "
                + String.join(", ", TorchProcess.FLAGS)
                + " with a plus between");
      }
    }
    return modes;
  }

  private static String text(String name) {
    String value = System.getProperty("convoy.peers." + name);
    if (value == null) {
      throw new IllegalArgumentException("convoy.peers." + name + ": got nothing");
    }
    return value;
  }

  private static List<String> list(String name) {
    return Stream.of(text(name).split(",")).map(String::strip).toList();
  }

  private static List<Integer> numbers(String name) {
    return list(name).stream().map(item -> number(name, item)).toList();
  }

  private static int number(String name) {
    return number(name, text(name));
  }

  private static int number(String name, String text) {
    try {
      int number = Integer.parseInt(text);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // the message below says it
    }
    throw new IllegalArgumentException(
        "convoy.peers." + name + ": got '" + text + "', expected a whole number above 0");
  }
}
