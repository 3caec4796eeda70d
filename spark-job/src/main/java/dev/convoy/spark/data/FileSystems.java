package dev.convoy.spark.data;

import java.util.Locale;
import org.apache.hadoop.util.VersionInfo;

/** Where Hadoop's file systems come from. */
final class FileSystems {
  private FileSystems() {}

  /** What to do where the file system of {@code path} is not there, to be put behind a message. */
  static String cure(String path) {
    int colon = path.indexOf(':');
    String scheme = colon < 0 ? "" : path.substring(0, colon).toLowerCase(Locale.ROOT);
    String version = VersionInfo.getVersion();
    return switch (scheme) {
      case "s3a" -> "; add --packages org.apache.hadoop:hadoop-aws:" + version;
      case "s3", "s3n" -> "; write s3a: and add --packages org.apache.hadoop:hadoop-aws:" + version;
      case "abfs", "abfss", "wasb", "wasbs" ->
          "; add --packages org.apache.hadoop:hadoop-azure:" + version;
      case "gs" -> "; add Google's connector with --packages, see its page for the version";
      case "hftp", "hsftp" -> "; write webhdfs: in its place";
      default -> "; expected a path such as file:, hdfs: or s3a:";
    };
  }
}
