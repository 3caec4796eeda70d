package dev.convoy.spark.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** Packs classes of the tests for JVMs of their own. */
final class TestJar {
  private TestJar() {}

  /** Writes {@code types} and the classes within them to {@code jar}. */
  static Path pack(Path jar, Class<?>... types) {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(file)) {
      for (Class<?> type : Arrays.stream(types).flatMap(TestJar::withInner).toList()) {
        String name = type.getName().replace('.', '/') + ".class";
        entries.putNextEntry(new JarEntry(name));
        try (InputStream bytes = type.getResourceAsStream("/" + name)) {
          bytes.transferTo(entries);
        }
      }
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Class<?>> withInner(Class<?> type) {
    return Stream.concat(Stream.of(type), Arrays.stream(type.getDeclaredClasses()));
  }
}
