package dev.convoy.spark.cli;

import dev.convoy.engine.data.IdxHeader;
import dev.convoy.engine.data.IdxReader;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.ExampleRun;
import dev.convoy.spark.data.PackedShard;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.rdd.RDD;

/**
 * One IDX file of images without labels, plain or gzip, read on the driver and spread from there.
 *
 * @param name of the file
 * @param shape of one image
 * @param pixels {@code [image][height][width][channel]}
 */
record BareImages(String name, Shape shape, byte[] pixels) {
  private static final int IMAGES_A_SHARD = 1024;

  /** True if {@code text} names a file; a folder is a data set. */
  static boolean isFile(String text) {
    if (text.startsWith("embedded:") || text.startsWith("table:") || text.endsWith(".parquet")) {
      return false;
    }
    Path path = HadoopFiles.path("--data", text);
    try (FileSystem files = HadoopFiles.open("--data", path)) {
      return files.getFileStatus(path).isFile();
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw new UserError("--data: cannot read " + text + ": " + Texts.firstLine(e), e);
    }
  }

  static BareImages read(String text) {
    Path path = HadoopFiles.path("--data", text);
    try (FileSystem files = HadoopFiles.open("--data", path);
        InputStream in = IdxReader.open(path.toString(), files.open(path))) {
      IdxHeader header = IdxHeader.images(path.toString(), in);
      return new BareImages(path.getName(), header.shape(), IdxReader.body(header, in));
    } catch (IOException e) {
      throw new UserError("--data: cannot read " + text + ": " + Texts.firstLine(e), e);
    }
  }

  int count() {
    return pixels.length / shape.size();
  }

  /** Spreads the images over the cluster, in their order. */
  RDD<ExampleRun> spread(SparkContext spark) {
    List<PackedShard> shards = new ArrayList<>();
    for (int first = 0; first < count(); first += IMAGES_A_SHARD) {
      int images = Math.min(IMAGES_A_SHARD, count() - first);
      long[] indexes = new long[images];
      for (int i = 0; i < images; i++) {
        indexes[i] = first + i;
      }
      int from = first * shape.size();
      byte[] part = Arrays.copyOfRange(pixels, from, from + images * shape.size());
      shards.add(new PackedShard(shards.size(), 0, part, new int[images], indexes));
    }
    int slices = Math.max(1, Math.min(shards.size(), spark.defaultParallelism()));
    return JavaSparkContext.fromSparkContext(spark)
        .parallelize(shards, slices)
        .map(new Naming(name))
        .rdd();
  }

  private record Naming(String file) implements Function<PackedShard, ExampleRun> {
    @Override
    public ExampleRun call(PackedShard shard) {
      String[] names = new String[shard.size()];
      Arrays.setAll(names, i -> file + "#" + shard.indexes()[i]);
      return new ExampleRun(shard, names);
    }
  }
}
