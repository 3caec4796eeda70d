package dev.convoy.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods that C2 must compile by themselves are too long for it to inline. */
class WinogradInliningTest {
  /** C2's FreqInlineSize. */
  private static final int LONGEST_INLINED = 325;

  @ParameterizedTest
  @ValueSource(strings = {"input", "inputLines", "gated", "started", "delta"})
  void isTooLongToBeInlined(String method) throws IOException {
    assertThat(sizes("VectorWinogradTransforms.class").get(method)).isGreaterThan(LONGEST_INLINED);
  }

  /** Bytecodes of each method, read from the class file (JVM specification, chapter 4). */
  private static Map<String, Integer> sizes(String file) throws IOException {
    Map<String, Integer> sizes = new HashMap<>();
    try (InputStream resource = WinogradTransforms.class.getResourceAsStream(file);
        DataInputStream in = new DataInputStream(resource)) {
      in.skipNBytes(8);
      String[] names = names(in);
      in.skipNBytes(6);
      in.skipNBytes(2L * in.readUnsignedShort());
      for (int fields = in.readUnsignedShort(); fields > 0; fields--) {
        in.skipNBytes(6);
        code(in, names);
      }
      for (int methods = in.readUnsignedShort(); methods > 0; methods--) {
        in.skipNBytes(2);
        String name = names[in.readUnsignedShort()];
        in.skipNBytes(2);
        sizes.put(name, code(in, names));
      }
    }
    return sizes;
  }

  private static String[] names(DataInputStream in) throws IOException {
    String[] names = new String[in.readUnsignedShort()];
    for (int i = 1; i < names.length; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> names[i] = in.readUTF();
        case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        case 5, 6 -> {
          in.skipNBytes(8);
          i++;
        }
        default -> in.skipNBytes(4);
      }
    }
    return names;
  }

  /** Passes over attributes; bytes of the code among them, or 0. */
  private static int code(DataInputStream in, String[] names) throws IOException {
    int code = 0;
    for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
      String name = names[in.readUnsignedShort()];
      long length = Integer.toUnsignedLong(in.readInt());
      if (name.equals("Code")) {
        in.skipNBytes(4);
        code = in.readInt();
        in.skipNBytes(length - 8);
      } else {
        in.skipNBytes(length);
      }
    }
    return code;
  }
}
