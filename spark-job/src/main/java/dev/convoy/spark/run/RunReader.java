package dev.convoy.spark.run;

import dev.convoy.engine.model.ModelFile;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.report.page.HtmlReport;
import dev.convoy.spark.report.page.RunReport;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The files of a run, read for its report; any but the steps may be missing. */
public final class RunReader {
  private final FileSystem files;
  private final Path folder;

  private RunReader(FileSystem files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  /** True if {@code folder} holds a run, and not only a model. */
  public static boolean hasSteps(String folder) {
    Path path = new Path(HadoopFiles.path("report", folder), RunFolder.METRICS);
    try (FileSystem files = HadoopFiles.open("report", path)) {
      return files.exists(path);
    } catch (IOException e) {
      throw new UserError("report: cannot read " + folder + ": " + Texts.firstLine(e), e);
    }
  }

  /** Makes {@code report.html} in the run's folder anew; returns its path. */
  public static String writeReport(String folder) {
    String html = HtmlReport.of(read(folder));
    Path target = new Path(HadoopFiles.path("report", folder), RunFolder.REPORT);
    write(target.toString(), html);
    return target.toString();
  }

  /** Writes a page. */
  public static void write(String text, String html) {
    Path target = HadoopFiles.path("report", text);
    try (FileSystem files = HadoopFiles.open("report", target);
        OutputStream out = files.create(target, true)) {
      out.write(html.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UserError("report: cannot write " + text + ": " + Texts.firstLine(e), e);
    }
  }

  /**
   * Reads the run in {@code folder}.
   *
   * @throws UserError if there is none
   */
  public static RunReport read(String folder) {
    Path path = HadoopFiles.path("report", folder);
    try (FileSystem files = HadoopFiles.open("report", path)) {
      return new RunReader(files, files.makeQualified(path)).read();
    } catch (IOException e) {
      throw new UserError("report: cannot read " + folder + ": " + Texts.firstLine(e), e);
    }
  }

  private RunReport read() throws IOException {
    if (!files.exists(new Path(folder, RunFolder.METRICS))) {
      throw new UserError(
          "report: no "
              + RunFolder.METRICS
              + " in "
              + folder
              + ", expected the folder of a run, as train --output leaves it");
    }
    RunReport.Builder builder = new RunReport.Builder(folder.getName());
    try (Stream<String> lines = lines(RunFolder.METRICS)) {
      builder.steps(lines);
    }
    try (Stream<String> lines = lines(RunFolder.VALIDATIONS)) {
      builder.validations(lines);
    }
    Optional<String> job = text(RunFolder.JOB);
    job.ifPresent(builder::job);
    Optional<String> result = text(RunFolder.RESULT);
    if (result.isPresent()) {
      builder.result(result.get());
    }
    Optional<String> evaluation = text(RunFolder.EVALUATION);
    if (evaluation.isPresent()) {
      builder.evaluation(evaluation.get());
    }
    Path model = new Path(folder, RunFolder.MODEL);
    if (files.exists(model)) {
      try (InputStream in = new BufferedInputStream(files.open(model), 1 << 16)) {
        builder.model(ModelFile.read(in, model.toString()));
      }
    }
    return builder.build();
  }

  private Stream<String> lines(String name) throws IOException {
    try {
      return BoundedText.lines(name, files.open(new Path(folder, name)));
    } catch (FileNotFoundException e) {
      return Stream.empty();
    }
  }

  private Optional<String> text(String name) throws IOException {
    try (InputStream in = files.open(new Path(folder, name))) {
      return Optional.of(BoundedText.whole(name, in));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }
}
