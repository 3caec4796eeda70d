package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import dev.convoy.spark.data.image.ImageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/** Finds all images that cannot be used: executors decode every one. */
final class DamagedImages {
  /** Share of all images that may be left out. */
  static final double MOST = 0.1;

  private static final int RUN = 256;
  private static final int MOST_SLICES = 10_000;
  private static final int MOST_TOLD = 10;

  private DamagedImages() {}

  /** Index and refusal of each such image, in the order of the indexes. */
  static List<Tuple2<Long, String>> find(SparkContext spark, ImageFolders source) {
    List<Long> firsts =
        LongStream.range(0, (source.examples() + RUN - 1) / RUN)
            .mapToObj(run -> run * RUN)
            .toList();
    spark.setJobDescription("look for damaged images");
    try {
      return JavaSparkContext.fromSparkContext(spark)
          .parallelize(firsts, Math.max(1, Math.min(firsts.size(), MOST_SLICES)))
          .flatMap(new Check(source))
          .collect();
    } catch (Exception e) {
      throw DataFailures.within(e);
    } finally {
      spark.setJobDescription(null);
    }
  }

  /** What to say of them where none may be. */
  static DataException refusal(List<Tuple2<Long, String>> damaged, long of) {
    if (damaged.size() == 1) {
      return new DataException(
          damaged.get(0)._2()
              + "; fetch or remove it, or set data.onDamaged to skip, which leaves it out");
    }
    return new DataException(
        "data.path: got "
            + damaged.size()
            + " images of "
            + of
            + " that cannot be used, expected none:"
            + first(damaged)
            + "\nfetch or remove them, or set data.onDamaged to skip, which leaves them out");
  }

  /** Refuses more of them than may be left out. */
  static void expectFew(List<Tuple2<Long, String>> damaged, long of) {
    if (damaged.size() > MOST * of) {
      throw new DataException(
          "data.onDamaged: got "
              + damaged.size()
              + " images of "
              + of
              + " that cannot be used, expected at most one in ten to leave out:"
              + first(damaged));
    }
  }

  private static String first(List<Tuple2<Long, String>> damaged) {
    StringBuilder text = new StringBuilder();
    for (Tuple2<Long, String> image : damaged.subList(0, Math.min(MOST_TOLD, damaged.size()))) {
      text.append("\n  ").append(image._2());
    }
    return text.append(damaged.size() > MOST_TOLD ? "\n  ..." : "").toString();
  }

  /** Decodes a run of images, and goes on behind those that cannot be. */
  private static final class Check implements FlatMapFunction<Long, Tuple2<Long, String>> {
    private static final long serialVersionUID = 1L;

    private final ImageFolders source;

    Check(ImageFolders source) {
      this.source = source;
    }

    @Override
    public Iterator<Tuple2<Long, String>> call(Long first) throws IOException {
      List<Tuple2<Long, String>> found = new ArrayList<>();
      byte[] pixels = new byte[source.shape().size()];
      try (ExampleSource.Reader reader = source.open()) {
        for (long i = first; i < Math.min(first + RUN, source.examples()); i++) {
          try {
            reader.read(i, 1, pixels, new int[1], 0);
          } catch (ImageException e) {
            found.add(new Tuple2<>(i, e.getMessage()));
          }
        }
      }
      return found.iterator();
    }
  }
}
