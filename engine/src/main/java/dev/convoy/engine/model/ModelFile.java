package dev.convoy.engine.model;

import dev.convoy.engine.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads and writes {@link TrainedModel} as one file, all numbers little-endian:
 *
 * <pre>
 * 8 bytes   magic, the letters CNVYMODL
 * int       version: 1; 2 if the classes have names; 3 if the range of the data is known
 * int       length of the text, bytes
 * ...       text form of the model, UTF-8 ({@link ModelSpec#toText})
 * int       classes
 * int       from version 2: number of names; then each as an int, its length in bytes, and UTF-8
 * 2 floats  from version 3: smallest and largest value trained on, as shares of a full pixel
 * int       number of weights
 * ...       weights, IEEE 754 single precision
 * 32 bytes  SHA-256 of everything before
 * </pre>
 *
 * <p>Reading trusts nothing: lengths are checked against limits and against each other before
 * anything is allocated, memory grows only with the bytes that are really there, and no object is
 * built but a model.
 */
public final class ModelFile {
  private static final byte[] MAGIC = "CNVYMODL".getBytes(StandardCharsets.US_ASCII);
  private static final int UNNAMED = 1;
  private static final int NAMED = 2;
  private static final int RANGED = 3;
  private static final int HASH = 32;
  private static final int CHUNK = 1 << 16;

  /** UTF-8 takes at most three bytes for a char of a text of {@link ModelSpec#MAX_TEXT}. */
  private static final int MAX_TEXT_BYTES = 3 * ModelSpec.MAX_TEXT;

  private static final int MAX_NAME_BYTES = 3 * TrainedModel.MAX_NAME;

  private final InputStream in;
  private final String name;
  private final MessageDigest digest = WeightsHash.newDigest();
  private long offset;

  private ModelFile(InputStream in, String name) {
    this.in = in;
    this.name = name;
  }

  /** Writes {@code model}; the stream stays open. */
  public static void write(TrainedModel model, OutputStream out) throws IOException {
    byte[] text = model.spec().toText().getBytes(StandardCharsets.UTF_8);
    List<byte[]> names =
        model.classNames().stream().map(name -> name.getBytes(StandardCharsets.UTF_8)).toList();
    int named = names.stream().mapToInt(name -> Integer.BYTES + name.length).sum();
    int version = model.range().isPresent() ? RANGED : names.isEmpty() ? UNNAMED : NAMED;
    int size = MAGIC.length + 4 * Integer.BYTES + text.length;
    size += version >= NAMED ? Integer.BYTES + named : 0;
    size += version >= RANGED ? 2 * Float.BYTES : 0;
    MessageDigest digest = WeightsHash.newDigest();
    ByteBuffer head = littleEndian(size);
    head.put(MAGIC).putInt(version).putInt(text.length).put(text);
    head.putInt(model.classes());
    if (version >= NAMED) {
      head.putInt(names.size());
      names.forEach(name -> head.putInt(name.length).put(name));
    }
    model.range().ifPresent(range -> head.putFloat(range.low()).putFloat(range.high()));
    head.putInt(model.weights().length);
    digest.update(head.array());
    out.write(head.array());
    float[] weights = model.weights();
    WeightsHash.update(digest, weights);
    ByteBuffer chunk = littleEndian(CHUNK);
    for (int from = 0; from < weights.length; from += CHUNK / Float.BYTES) {
      int count = Math.min(CHUNK / Float.BYTES, weights.length - from);
      chunk.asFloatBuffer().put(weights, from, count);
      out.write(chunk.array(), 0, count * Float.BYTES);
    }
    out.write(digest.digest());
    out.flush();
  }

  /**
   * Reads a model; nothing may follow it. The stream stays open.
   *
   * @param name of the file, for messages
   * @throws IllegalArgumentException if it is not the file of a model, or damaged: with name,
   *     offset, what was got and what was expected
   * @throws IOException if the stream fails
   */
  public static TrainedModel read(InputStream in, String name) throws IOException {
    return new ModelFile(in, name).read();
  }

  private TrainedModel read() throws IOException {
    byte[] magic = bytes(MAGIC.length, "the magic");
    if (!Arrays.equals(magic, MAGIC)) {
      throw wrong(
          0,
          "the bytes " + java.util.HexFormat.of().formatHex(magic),
          "the letters CNVYMODL; is this a model file?");
    }
    int version = integer("the version");
    if (version < UNNAMED || version > RANGED) {
      throw wrong(
          offset - 4,
          "version " + version,
          UNNAMED + " to " + RANGED + "; was it written by a newer Convoy?");
    }
    int length = integer("the text's length");
    if (length < 1 || length > MAX_TEXT_BYTES) {
      throw wrong(
          offset - 4, "a text of " + length + " bytes", "1 to " + MAX_TEXT_BYTES + damaged());
    }
    ModelSpec spec = spec(bytes(length, "the model's text"));
    int classes = integer("the number of classes");
    if (classes < 1 || classes > TrainedModel.MAX_CLASSES) {
      throw wrong(offset - 4, classes + " classes", "1 to " + TrainedModel.MAX_CLASSES + damaged());
    }
    List<String> names = version >= NAMED ? names(classes, version == NAMED ? 1 : 0) : List.of();
    Optional<InputRange> range = version >= RANGED ? Optional.of(range()) : Optional.empty();
    long expected = parameters(spec);
    int count = integer("the number of weights");
    if (count != expected) {
      throw wrong(
          offset - 4, count + " weights", expected + " as the model's text says" + damaged());
    }
    float[] weights = weights(count);
    byte[] hash = digest.digest();
    long at = offset;
    if (!Arrays.equals(bytes(HASH, "the SHA-256"), hash)) {
      throw wrong(at, "another SHA-256 than the content's", "the same" + damaged());
    }
    if (in.read() >= 0) {
      throw wrong(offset, "more bytes", "the end of the file" + damaged());
    }
    return new TrainedModel(spec, classes, names, range, weights);
  }

  private ModelSpec spec(byte[] utf8) {
    long at = offset - utf8.length;
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
      return ModelSpec.parse(text.toString());
    } catch (CharacterCodingException e) {
      throw wrong(at, "a text that is not UTF-8", "UTF-8" + damaged());
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(name + ": offset " + at + ": " + e.getMessage(), e);
    }
  }

  private InputRange range() throws IOException {
    float low = Float.intBitsToFloat(integer("the smallest value trained on"));
    float high = Float.intBitsToFloat(integer("the largest value trained on"));
    try {
      return new InputRange(low, high);
    } catch (InvalidInputException e) {
      throw wrong(
          offset - 8, "a range of " + low + " to " + high, "two finite numbers" + damaged());
    }
  }

  private List<String> names(int classes, int least) throws IOException {
    int most = Math.min(classes, TrainedModel.MAX_NAMES);
    int count = integer("the number of names");
    if (count < least || count > most) {
      throw wrong(offset - 4, count + " names of classes", least + " to " + most + damaged());
    }
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < count; i++) {
      int length = integer("the length of a name");
      if (length < 1 || length > MAX_NAME_BYTES) {
        throw wrong(
            offset - 4, "a name of " + length + " bytes", "1 to " + MAX_NAME_BYTES + damaged());
      }
      String read = className(bytes(length, "the name of a class"));
      if (!names.add(read)) {
        throw wrong(offset - length, "the name of another class", "one of its own" + damaged());
      }
    }
    return List.copyOf(names);
  }

  private String className(byte[] utf8) {
    long at = offset - utf8.length;
    String read;
    try {
      read = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw wrong(at, "a name that is not UTF-8", "UTF-8" + damaged());
    }
    if (!TrainedModel.isClassName(read)) {
      throw wrong(at, "a name of " + read.length() + " chars", TrainedModel.CLASS_NAME + damaged());
    }
    return read;
  }

  private long parameters(ModelSpec spec) {
    try {
      return ModelSummary.of(spec).parameters();
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(name + ": " + e.getMessage(), e);
    }
  }

  private int integer(String what) throws IOException {
    return ByteBuffer.wrap(bytes(Integer.BYTES, what)).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  private byte[] bytes(int count, String what) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw truncated(bytes.length, bytes.length, count, what);
    }
    offset += count;
    digest.update(bytes);
    return bytes;
  }

  private float[] weights(int count) throws IOException {
    float[] weights = new float[Math.min(count, CHUNK)];
    ByteBuffer chunk = littleEndian(CHUNK);
    for (int from = 0; from < count; ) {
      int part = Math.min(CHUNK / Float.BYTES, count - from);
      int read = in.readNBytes(chunk.array(), 0, part * Float.BYTES);
      if (read < part * Float.BYTES) {
        throw truncated(read, 4L * from + read, 4L * count, "the weights");
      }
      digest.update(chunk.array(), 0, read);
      offset += read;
      if (from + part > weights.length) {
        weights = Arrays.copyOf(weights, (int) Math.min(count, 2L * weights.length));
      }
      chunk.asFloatBuffer().get(weights, from, part);
      from += part;
    }
    return weights;
  }

  private IllegalArgumentException truncated(int more, long got, long expected, String what) {
    return new InvalidInputException(
        name
            + ": truncated at offset "
            + (offset + more)
            + ": got "
            + got
            + " bytes of "
            + what
            + ", expected "
            + expected
            + damaged());
  }

  private IllegalArgumentException wrong(long at, String got, String expected) {
    return new InvalidInputException(
        name + ": offset " + at + ": got " + got + ", expected " + expected);
  }

  private static String damaged() {
    return "; the file is damaged, copy or train it again";
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
