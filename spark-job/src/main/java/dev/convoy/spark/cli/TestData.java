package dev.convoy.spark.cli;

import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Whether a data folder has a test set at all; whether it is a good one is found on opening it. */
final class TestData {
  private TestData() {}

  /**
   * True for data of our own jar, and for folders with a file or folder named like a test set's;
   * not for tables, which have no parts.
   */
  static boolean exists(String data) {
    if (data.startsWith("embedded:") || data.startsWith("table:")) {
      return data.startsWith("embedded:");
    }
    Path folder = HadoopFiles.path("data.path", data);
    try (FileSystem files = HadoopFiles.open("data.path", folder)) {
      for (FileStatus file : files.listStatus(folder)) {
        String name = file.getPath().getName();
        boolean named = name.equals("test") || name.equals("test_batch.bin");
        if (named || name.startsWith("t10k-") || name.startsWith("test-")) {
          return true;
        }
      }
      return false;
    } catch (FileNotFoundException e) {
      // The trainer says what is missing.
      return true;
    } catch (IOException e) {
      throw new UserError("data.path: cannot read " + data + ": " + Texts.firstLine(e), e);
    }
  }
}
