package dev.convoy.spark.interop;

import com.esotericsoftware.kryo.Kryo;
import dev.convoy.engine.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.KryoRegistrator;

/**
 * Tells Kryo the classes that Convoy's jobs send as data, for applications that set {@code
 * spark.kryo.registrationRequired}. Such an application names this class in {@code
 * spark.kryo.registrator}; the command line does so by itself.
 */
public final class KryoClasses implements KryoRegistrator {
  private static final String SERIALIZER = "spark.serializer";
  private static final String REQUIRED = "spark.kryo.registrationRequired";
  private static final String REGISTRATOR = "spark.kryo.registrator";

  /** By name, because most of them are known in their package alone. */
  private static final List<String> OURS =
      List.of(
          "data.shard.PackedShard",
          "data.shard.ShardStats",
          "data.table.RowChunks$Named",
          "data.table.RowPacker$Packed",
          "predict.Scores",
          "predict.Scores$Bin",
          "train.task.TaskResult",
          "train.task.TaskResult$OutOfRange",
          "train.task.TaskResult$TaskRun");

  private static final List<String> OTHERS =
      List.of(
          "[B", "[I", "[J", "[F", "[D", "[Z", "[[B", "[Ljava.lang.String;", "java.util.ArrayList");

  @Override
  public void registerClasses(Kryo kryo) {
    ClassLoader loader = KryoClasses.class.getClassLoader();
    try {
      for (String name : OURS) {
        Class<?> type = Class.forName("dev.convoy.spark." + name, false, loader);
        kryo.register(type);
        kryo.register(type.arrayType());
      }
      for (String name : OTHERS) {
        kryo.register(Class.forName(name, false, loader));
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("kryo: a class of ours is missing: " + e.getMessage(), e);
    }
  }

  /** Adds this registrator to {@code conf} if registration is required and it is not there. */
  public static void addIfRequired(SparkConf conf) {
    if (isMissing(conf)) {
      String others = conf.get(REGISTRATOR, "");
      conf.set(REGISTRATOR, (others.isEmpty() ? "" : others + ",") + KryoClasses.class.getName());
    }
  }

  private static boolean isMissing(SparkConf conf) {
    return conf.getBoolean(REQUIRED, false)
        && !List.of(conf.get(REGISTRATOR, "").split(",")).contains(KryoClasses.class.getName());
  }

  /**
   * Refuses settings under which Kryo would fail in the middle of a job.
   *
   * @throws InvalidInputException with the cure
   */
  public static void expectUsable(SparkConf conf) {
    if (!conf.get(SERIALIZER, "").endsWith(".KryoSerializer")) {
      return;
    }
    if (!ByteBuffer.class.getModule().isOpen("java.nio", KryoClasses.class.getModule())) {
      throw new InvalidInputException(
          SERIALIZER
              + ": got Kryo in a JVM without Spark's options, expected"
              + " --add-opens=java.base/java.nio=ALL-UNNAMED and the others that spark-submit sets;"
              + " start by spark-submit, add them, or leave out "
              + SERIALIZER);
    }
    if (isMissing(conf)) {
      throw new InvalidInputException(
          REQUIRED
              + ": got true and no registrator that knows Convoy, expected "
              + REGISTRATOR
              + " to name "
              + KryoClasses.class.getName()
              + "; set it before the session starts");
    }
  }

  /**
   * Refuses tables if registration is required: Spark registers the classes of its own rows only in
   * part.
   *
   * @throws InvalidInputException with the cure
   */
  public static void expectTablesUsable(SparkConf conf) {
    if (conf.get(SERIALIZER, "").endsWith(".KryoSerializer") && conf.getBoolean(REQUIRED, false)) {
      throw new InvalidInputException(
          REQUIRED
              + ": got true, expected false to read a table: Spark has not registered its own rows;"
              + " leave it out, or read files instead of a table");
    }
  }
}
