package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * MNIST out of our own jar: every JVM that needs it unpacks it once and shares it between its
 * tasks, so that nothing has to be staged or shipped.
 */
public final class EmbeddedMnist implements ExampleSource {
  /** The {@code data.path} that means the MNIST in our own jar. */
  public static final String PATH = "embedded:mnist";

  private static final long serialVersionUID = 1L;
  private static final Map<DataPart, SoftReference<IdxArrays>> LOADED =
      new EnumMap<>(DataPart.class);

  private final DataPart part;

  /** The training set or the test set. */
  public EmbeddedMnist(DataPart part) {
    this.part = part;
  }

  private static IdxArrays load(DataPart part) throws IOException {
    synchronized (LOADED) {
      SoftReference<IdxArrays> held = LOADED.get(part);
      IdxArrays loaded = held == null ? null : held.get();
      if (loaded == null) {
        String prefix = part == DataPart.TRAIN ? "train" : "t10k";
        loaded =
            IdxArrays.read(
                List.of("mnist/" + prefix + "-images-idx3-ubyte.gz"),
                List.of("mnist/" + prefix + "-labels-idx1-ubyte.gz"),
                EmbeddedMnist::resource);
        LOADED.put(part, new SoftReference<>(loaded));
      }
      return loaded;
    }
  }

  private static InputStream resource(String name) {
    InputStream in = EmbeddedMnist.class.getResourceAsStream(name);
    if (in == null) {
      throw new DataException(
          "embedded:mnist: got no resource "
              + name
              + " in the jar, expected the build to embed it");
    }
    return in;
  }

  private IdxArrays loaded() {
    try {
      return load(part);
    } catch (IOException e) {
      throw new DataException("embedded:mnist: cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public Shape shape() {
    return loaded().shape();
  }

  @Override
  public long examples() {
    return loaded().size();
  }

  @Override
  public String labelPlace(long index) {
    return "embedded:" + IdxArrays.labelPlace(loaded().heads(), index);
  }

  @Override
  public String name(long index) {
    return IdxArrays.name(loaded().images(), index);
  }

  @Override
  public Reader open() {
    IdxArrays all = loaded();
    int example = all.shape().size();
    return (first, count, pixels, labels, at) -> {
      System.arraycopy(all.rows(), (int) first * example, pixels, at * example, count * example);
      System.arraycopy(all.labels(), (int) first, labels, at, count);
    };
  }
}
