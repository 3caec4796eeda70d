package dev.convoy.spark.data;

import dev.convoy.engine.data.DataException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Parquet files as a table. */
final class ParquetFolder {
  private ParquetFolder() {}

  /** True if {@code path} is a file, or holds Parquet files, itself or in folders of partitions. */
  static boolean is(FileSystem files, Path path) throws IOException {
    if (files.getFileStatus(path).isFile()) {
      return true;
    }
    FileStatus[] all = files.listStatus(path);
    for (FileStatus file : all) {
      if (file.getPath().getName().endsWith(".parquet")) {
        return true;
      }
    }
    for (FileStatus file : all) {
      // Partitions such as year=2026 hold the files.
      boolean partition = file.isDirectory() && file.getPath().getName().contains("=");
      if (partition && is(files, file.getPath())) {
        return true;
      }
    }
    return false;
  }

  /**
   * The table.
   *
   * @throws DataException if the files belong to a table format that says which of them count
   */
  static Dataset<Row> read(SparkSession session, DataFolder data, Path folder) throws IOException {
    if (data.files().getFileStatus(folder).isFile()) {
      return session.read().parquet(literal(folder));
    }
    List<String> partitions = new ArrayList<>();
    boolean apart = true;
    for (FileStatus file : data.files().listStatus(folder)) {
      String name = file.getPath().getName();
      expectPlain(folder, name);
      if (file.isDirectory() && name.contains("=")) {
        partitions.add(literal(file.getPath()));
      }
      apart &= data.isOf(folder, name);
    }
    // Spark does not read folders that are no partitions, but refuses them beside such that are.
    return apart || partitions.isEmpty()
        ? session.read().parquet(literal(folder))
        : session
            .read()
            .option("basePath", folder.toString())
            .parquet(partitions.toArray(new String[0]));
  }

  private static void expectPlain(Path folder, String name) {
    String format =
        switch (name) {
          case "_delta_log" -> "Delta";
          case ".hoodie" -> "Hudi";
          default -> "";
        };
    if (!format.isEmpty()) {
      throw new DataException(
          "data.path: got the "
              + format
              + " table "
              + folder
              + ", whose files hold removed rows too, expected plain Parquet files; read it as"
              + " table:NAME with "
              + format
              + "'s package, or write it out as Parquet");
    }
  }

  /** A path in which Spark finds no pattern. */
  private static String literal(Path path) {
    return path.toString().replaceAll("[\\\\{}\\[\\]*?]", "\\\\$0");
  }
}
