package dev.convoy.spark;

import dev.convoy.spark.train.cluster.SparkSettings;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** Local Spark contexts for tests, quiet and without a UI. */
public final class SparkForTests {
  private SparkForTests() {}

  /** A context on {@code master}; the caller stops it. */
  public static SparkContext local(String master, Map<String, String> settings) {
    SparkConf conf = new SparkConf(true).setMaster(master).setAppName("test");
    conf.set("spark.ui.enabled", "false").set("spark.driver.host", "127.0.0.1");
    conf.set("spark.driver.bindAddress", "127.0.0.1");
    settings.forEach(conf::set);
    return new SparkContext(SparkSettings.apply(conf));
  }

  /** A session on {@code master} for small tables; the caller stops it. */
  public static SparkSession session(String master) {
    local(master, Map.of("spark.sql.shuffle.partitions", "3"));
    return SparkSession.builder().getOrCreate();
  }

  public static SparkContext local(String master) {
    return local(master, Map.of());
  }
}
