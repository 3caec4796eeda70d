package dev.convoy.engine.bench;

/**
 * Runs benchmarks by name: {@code kernels}, {@code nets}, {@code warmup}, {@code allocation},
 * {@code profile}, or {@code jmh} with JMH's own arguments after it.
 */
public final class Bench {
  private Bench() {}

  /** Runs what {@code args[0]} names, several separated by commas. */
  public static void main(String[] args) throws Exception {
    System.out.printf(
        "Java %s, %s, kernels: %s%n",
        System.getProperty("java.version"),
        System.getProperty("os.arch"),
        dev.convoy.engine.kernel.KernelProvider.get().name());
    for (String name : args[0].split(",")) {
      System.out.println();
      switch (name) {
        case "kernels" -> KernelTable.run();
        case "nets" -> NetTable.run();
        case "warmup" -> WarmUp.run();
        case "allocation" -> Allocation.run();
        case "profile" -> StepProfile.run();
        case "jmh" -> org.openjdk.jmh.Main.main(java.util.Arrays.copyOfRange(args, 1, args.length));
        default ->
            throw new IllegalArgumentException(
                "convoy.bench: got '"
                    + name
                    + "', expected kernels, nets, warmup, allocation, profile or jmh");
      }
    }
  }
}
