package dev.convoy.engine.bench;

import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;

/** Every kernel with GFLOP/s and its share of the peak measured next to it. */
final class KernelTable {
  private KernelTable() {}

  /** Prints the cases whose names match the system property {@code convoy.bench.filter}. */
  static void run() {
    String filter = System.getProperty("convoy.bench.filter", "");
    Slots.heading();
    for (Case item : cases()) {
      if (item.name().contains(filter)) {
        Slots.print(item);
      }
    }
  }

  static List<Case> cases() {
    Kernels kernels = KernelProvider.get();
    List<Case> cases = new ArrayList<>(MicroKernelCases.of(kernels));
    cases.addAll(ConvolutionCases.of(kernels));
    cases.addAll(StepCases.all());
    return cases;
  }
}
