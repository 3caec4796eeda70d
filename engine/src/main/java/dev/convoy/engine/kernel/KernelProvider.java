package dev.convoy.engine.kernel;

import dev.convoy.engine.error.InvalidInputException;
import java.lang.System.Logger.Level;

/**
 * Chooses the implementation of {@link Kernels}, once a JVM: the Vector API's if its module is
 * there, else the scalar one; {@code -Dconvoy.kernels=vector|scalar} forces one. The choice changes
 * speed, never a result.
 */
public final class KernelProvider {
  private static final System.Logger LOG = System.getLogger("dev.convoy.engine");

  private static final class Holder {
    static final Kernels CHOSEN = choose(System.getProperty("convoy.kernels", ""));
  }

  private KernelProvider() {}

  /** The implementation of this JVM. */
  public static Kernels get() {
    return Holder.CHOSEN;
  }

  /** True if the JVM was started with the module that vector kernels need. */
  public static boolean vectorModulePresent() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /**
   * A new instance by name.
   *
   * @param name {@code vector} or {@code scalar}
   */
  public static Kernels byName(String name) {
    return switch (name) {
      case "scalar" -> new ScalarKernels();
      case "vector" -> vector();
      default ->
          throw new InvalidInputException(
              "convoy.kernels: got '" + name + "', expected vector or scalar");
    };
  }

  private static Kernels choose(String wanted) {
    if (!wanted.isEmpty()) {
      return byName(wanted);
    }
    if (vectorModulePresent()) {
      return vector();
    }
    LOG.log(
        Level.WARNING,
        "vector kernels are off (several times slower, same results): start the JVM with"
            + " --add-modules jdk.incubator.vector");
    return new ScalarKernels();
  }

  private static Kernels vector() {
    if (!vectorModulePresent()) {
      throw new InvalidInputException(
          "convoy.kernels: got 'vector', but the JVM was started without --add-modules"
              + " jdk.incubator.vector; add it or use scalar");
    }
    try {
      // By name: no other class may link to the incubator module.
      return (Kernels)
          Class.forName("dev.convoy.engine.kernel.VectorKernels")
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("vector kernels could not be loaded", e);
    }
  }
}
