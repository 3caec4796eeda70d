package dev.convoy.spark.cli;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.data.DataLocation;
import dev.convoy.spark.job.BuiltInJobs;
import dev.convoy.spark.job.Job;
import dev.convoy.spark.job.JobFile;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.run.HadoopFiles;
import dev.convoy.spark.run.JobText;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what to train. */
public final class JobOptions {
  private static final String DEFAULT = "lenet5";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "Job file (YAML) on this machine or any Hadoop file system, or a built-in job: lenet5,"
            + " cnn32, seed-cnn, mlp, resnet20. Default: lenet5."
      })
  private String config;

  @Mixin private DataOptions data = new DataOptions();

  /** True if {@code --config} was given. */
  boolean isGiven() {
    return config != null;
  }

  /** The file that {@code --config} names; empty for a built-in job. */
  Optional<Path> file() {
    return config == null || BuiltInJobs.NAMES.contains(config)
        ? Optional.empty()
        : Optional.of(HadoopFiles.locate("--config", config));
  }

  /** The options for data. */
  DataOptions data() {
    return data;
  }

  /**
   * The data to evaluate: what {@code --config} names if it is given, in place of the run's; see
   * {@link DataOptions#testData}.
   */
  DataLocation testData(Optional<JobText> run, ModelSpec model) {
    return data.testData(isGiven() ? given(run) : run, model);
  }

  /** Reads the job; {@code --config} counts, then {@code otherwise}, then the default job. */
  Job read(Optional<JobText> otherwise) {
    JobText source = given(otherwise).orElseThrow();
    return JobFile.read(source.name(), source.yaml(), source.place(), data.overrides());
  }

  /** The job's text: of {@code --config}, {@code otherwise}, or the default job. */
  Optional<JobText> given(Optional<JobText> otherwise) {
    return Optional.of(config == null && otherwise.isPresent() ? otherwise.get() : source());
  }

  private JobText source() {
    String wanted = config == null ? DEFAULT : config;
    if (BuiltInJobs.NAMES.contains(wanted)) {
      return new JobText(wanted, "built-in " + wanted, BuiltInJobs.yaml(wanted));
    }
    byte[] bytes =
        HadoopFiles.readSmall("--config", wanted, 3 * JobFile.MAX_CHARACTERS, hint(wanted));
    return new JobText(stem(wanted), wanted, JobText.utf8(wanted, bytes));
  }

  /** What may have gone wrong when a job file is not there. */
  private static String hint(String wanted) {
    String near = Texts.hint(stem(wanted), BuiltInJobs.NAMES);
    boolean bare = !wanted.contains("/") && !wanted.contains(".");
    return bare && !near.isEmpty()
        ? near.replace("mean '", "mean the built-in job '")
        : "; built-in jobs are "
            + Texts.list(BuiltInJobs.NAMES)
            + "; in cluster deploy mode the driver runs on another machine, which must see the"
            + " file too";
  }

  private static String stem(String path) {
    String file = path.substring(path.lastIndexOf('/') + 1);
    return file.replaceFirst("\\.ya?ml$", "");
  }
}
