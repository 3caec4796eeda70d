import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs the Python sources and the jar into a wheel, as the binary distribution format of PyPA says
 * (PEP 427). The build runs this file with the JDK it has, so that it needs no Python. The same
 * input makes the same bytes.
 *
 * <p>Arguments: folder of the sources, jar, LICENSE, NOTICE, README, target folder, version.
 */
final class WheelBuilder {
  private static final String NAME = "convoy_spark";
  private static final LocalDateTime TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

  private final Map<String, byte[]> files = new TreeMap<>();

  private WheelBuilder() {}

  /** Builds the wheel and removes those of other versions. */
  public static void main(String[] args) throws IOException {
    if (args.length != 7) {
      throw new IllegalArgumentException(
          "got "
              + args.length
              + " arguments, expected 7: SOURCES JAR LICENSE NOTICE README TARGET VERSION");
    }
    new WheelBuilder().build(Stream.of(args).limit(6).map(Path::of).toList(), version(args[6]));
  }

  /** Maven's version as Python spells it: a snapshot comes before the version it leads to. */
  private static String version(String maven) {
    return maven.replace("-SNAPSHOT", ".dev0").replace('-', '+');
  }

  private void build(List<Path> paths, String version) throws IOException {
    Path sources = paths.get(0);
    try (Stream<Path> walk = Files.walk(sources)) {
      for (Path file : walk.filter(WheelBuilder::isSource).toList()) {
        files.put(sources.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    }
    files.put("convoy/jars/convoy-spark-job.jar", Files.readAllBytes(paths.get(1)));
    String info = NAME + "-" + version + ".dist-info/";
    files.put(info + "licenses/LICENSE", Files.readAllBytes(paths.get(2)));
    files.put(info + "licenses/NOTICE", Files.readAllBytes(paths.get(3)));
    files.put(info + "METADATA", utf8(metadata(version) + Files.readString(paths.get(4))));
    files.put(
        info + "WHEEL",
        utf8("Wheel-Version: 1.0\nGenerator: convoy\nRoot-Is-Purelib: true\nTag: py3-none-any\n"));
    files.put(info + "RECORD", utf8(record(info + "RECORD")));
    Path target = paths.get(5);
    try (Stream<Path> old = Files.list(target)) {
      for (Path wheel : old.filter(WheelBuilder::isWheel).toList()) {
        Files.delete(wheel);
      }
    }
    Files.write(target.resolve(NAME + "-" + version + "-py3-none-any.whl"), zip());
  }

  private static boolean isSource(Path file) {
    String name = file.getFileName().toString();
    return Files.isRegularFile(file) && (name.endsWith(".py") || name.equals("py.typed"));
  }

  private static boolean isWheel(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(NAME + "-") && name.endsWith(".whl");
  }

  private static String metadata(String version) {
    return """
        Metadata-Version: 2.4
        Name: convoy-spark
        Version: %s
        Summary: Convolutional networks on Apache Spark, data-parallel, in pure Java.
        License-Expression: Apache-2.0
        License-File: LICENSE
        License-File: NOTICE
        Requires-Python: >=3.9
        Requires-Dist: pyspark[ml]<5,>=4.0
        Provides-Extra: connect
        Requires-Dist: pyspark[connect]<5,>=4.0; extra == 'connect'
        Provides-Extra: notebook
        Requires-Dist: pandas; extra == 'notebook'
        Classifier: Typing :: Typed
        Description-Content-Type: text/markdown

        """
        .formatted(version);
  }

  private String record(String itself) {
    StringBuilder lines = new StringBuilder();
    files.forEach(
        (name, bytes) ->
            lines
                .append(name)
                .append(",sha256=")
                .append(sha256(bytes))
                .append(',')
                .append(bytes.length)
                .append('\n'));
    return lines.append(itself).append(",,\n").toString();
  }

  private static String sha256(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setTimeLocal(TIME);
        if (file.getKey().endsWith(".jar")) {
          store(entry, file.getValue());
        }
        zip.putNextEntry(entry);
        new ByteArrayInputStream(file.getValue()).transferTo(zip);
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** A jar is compressed already. */
  private static void store(ZipEntry entry, byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(crc.getValue());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
