package dev.convoy.spark.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link StandaloneCluster} parameter: two workers of two slots each, started once
 * for all test classes and ended after the last. {@code @ExtendWith(SharedCluster.class)}.
 */
public final class SharedCluster implements ParameterResolver {

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedCluster.class);

  /** The cluster and its folder, which goes with it. */
  private record Owned(StandaloneCluster cluster) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      cluster.close();
      delete(cluster.home().root());
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == StandaloneCluster.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent("cluster", key -> new Owned(start()), Owned.class)
        .cluster();
  }

  private static StandaloneCluster start() {
    try {
      return StandaloneCluster.start(Files.createTempDirectory("convoy-cluster"), 2, 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
