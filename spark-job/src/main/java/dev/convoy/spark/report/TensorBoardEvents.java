package dev.convoy.spark.report;

import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainEvent.Evaluated;
import dev.convoy.spark.train.event.TrainEvent.Finished;
import dev.convoy.spark.train.event.TrainEvent.Started;
import dev.convoy.spark.train.event.TrainEvent.Step;
import dev.convoy.spark.train.event.TrainListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;

/**
 * Writes a TensorBoard event file: curves of loss, accuracy, learning rate and speed.
 *
 * <p>The file is a sequence of TFRecords (length, masked CRC-32C of it, bytes, masked CRC-32C of
 * them; little-endian), each an {@code Event} message in Protocol Buffers' wire format: wall time
 * (field 1), step (2), file version (3) or summary (5), whose values have a tag (1) and a simple
 * value (2). Source: tensorflow/core/util/event.proto, framework/summary.proto,
 * lib/io/record_writer.
 */
public final class TensorBoardEvents implements TrainListener, AutoCloseable {
  private static final long FLUSH_MILLIS = 1_000;

  /** Opens the file. */
  @FunctionalInterface
  public interface Opener {
    /** A new file; its {@code flush} shows what was written to readers. */
    OutputStream open() throws IOException;
  }

  private final Opener opener;
  private final LongSupplier millis;
  private OutputStream out;
  private long flushed;

  /**
   * @param millis wall clock, milliseconds since 1970
   */
  public TensorBoardEvents(Opener opener, LongSupplier millis) {
    this.opener = opener;
    this.millis = millis;
  }

  @Override
  public void on(TrainEvent event) {
    try {
      if (event instanceof Started) {
        close();
        out = opener.open();
        record(new Message().real(1, seconds()).text(3, "brain.Event:2"));
      } else if (event instanceof Step step && out != null) {
        Message summary = new Message();
        scalar(summary, "train/loss", step.loss());
        scalar(summary, "train/accuracy", step.correct() / (double) step.examples());
        scalar(summary, "train/learning_rate", step.learningRate());
        scalar(summary, "train/gradient_norm", step.norms().gradient());
        scalar(summary, "speed/examples_per_second", step.examples() / step.seconds());
        scalar(summary, "speed/step_milliseconds", step.seconds() * 1e3);
        summary(step.step(), summary);
      } else if (event instanceof Evaluated evaluated && out != null) {
        Message summary = new Message();
        scalar(summary, evaluated.dataset() + "/loss", evaluated.loss());
        scalar(summary, evaluated.dataset() + "/accuracy", evaluated.accuracy());
        summary(evaluated.step(), summary);
      } else if (event instanceof Finished) {
        close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("tensorboard: cannot be written: " + e.getMessage(), e);
    }
  }

  private double seconds() {
    return millis.getAsLong() * 1e-3;
  }

  private static void scalar(Message summary, String tag, double value) {
    summary.message(1, new Message().text(1, tag).single(2, (float) value));
  }

  private void summary(long step, Message summary) throws IOException {
    record(new Message().real(1, seconds()).integer(2, step).message(5, summary));
    if (millis.getAsLong() - flushed >= FLUSH_MILLIS) {
      out.flush();
      flushed = millis.getAsLong();
    }
  }

  private void record(Message message) throws IOException {
    byte[] bytes = message.toBytes();
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    length.putLong(bytes.length);
    ByteBuffer record =
        ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + bytes.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(bytes.length).putInt(maskedCrc(length.array()));
    record.put(bytes).putInt(maskedCrc(bytes));
    out.write(record.array());
  }

  /** A checksum of data that holds checksums would be weak, hence the mask. */
  private static int maskedCrc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    int value = (int) crc.getValue();
    return (value >>> 15 | value << 17) + 0xa282ead8;
  }

  @Override
  public void close() throws IOException {
    if (out != null) {
      OutputStream last = out;
      out = null;
      last.close();
    }
  }

  /** A message in Protocol Buffers' wire format, field by field. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message integer(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message real(int field, double value) {
      varint((long) field << 3 | 1);
      fixed(ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN).putDouble(value));
      return this;
    }

    Message single(int field, float value) {
      varint((long) field << 3 | 5);
      fixed(ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value));
      return this;
    }

    Message text(int field, String value) {
      return delimited(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return delimited(field, value.toBytes());
    }

    byte[] toBytes() {
      return bytes.toByteArray();
    }

    private Message delimited(int field, byte[] value) {
      varint((long) field << 3 | 2);
      varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    private void fixed(ByteBuffer value) {
      bytes.writeBytes(value.array());
    }

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }
  }
}
