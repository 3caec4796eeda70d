package dev.convoy.spark.cli;

import dev.convoy.spark.report.TensorBoardEvents;
import dev.convoy.spark.run.HadoopFiles;
import java.util.Locale;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Option;

/** Whether curves are kept for TensorBoard, too. */
final class TensorBoardOption {
  @Option(
      names = "--tensorboard",
      paramLabel = "DIR",
      description = "Also write an event file for TensorBoard into DIR.")
  private String folder;

  /** Begins the file, once there is something to write; null if none is wanted. */
  TensorBoardEvents open() {
    if (folder == null) {
      return null;
    }
    String host = System.getenv().getOrDefault("HOSTNAME", "convoy");
    String name =
        String.format(
            Locale.ROOT, "events.out.tfevents.%d.%s", System.currentTimeMillis() / 1000, host);
    Path file = new Path(HadoopFiles.path("--tensorboard", folder), name);
    FileSystem files = HadoopFiles.open("--tensorboard", file);
    HadoopFiles.expectWritable("--tensorboard", files, file);
    return new TensorBoardEvents(
        () -> HadoopFiles.flushing(files.create(file, true)), System::currentTimeMillis);
  }
}
