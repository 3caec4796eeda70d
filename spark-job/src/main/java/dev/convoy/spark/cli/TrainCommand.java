package dev.convoy.spark.cli;

import dev.convoy.engine.model.ModelFile;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.checkpoint.CheckpointStore;
import dev.convoy.spark.job.Job;
import dev.convoy.spark.job.StartModel;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.predict.RangeWatch;
import dev.convoy.spark.report.ResultCollector;
import dev.convoy.spark.report.RunResult;
import dev.convoy.spark.report.SparkMetrics;
import dev.convoy.spark.report.StepLines;
import dev.convoy.spark.report.TensorBoardEvents;
import dev.convoy.spark.report.console.ConsoleProgress;
import dev.convoy.spark.report.console.ConsoleProgress.Detail;
import dev.convoy.spark.report.console.Terminal;
import dev.convoy.spark.report.sparkui.TrainingTab;
import dev.convoy.spark.run.RunFolder;
import dev.convoy.spark.run.RunReader;
import dev.convoy.spark.train.TrainConfig;
import dev.convoy.spark.train.TrainConfig.Checkpoints;
import dev.convoy.spark.train.TrainResult;
import dev.convoy.spark.train.Trainer;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convoy train}. */
@Command(
    name = "train",
    description = "Trains a network and, if told where, keeps it.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nFiles in DIR:%n",
    footer = {
      "  report.html        the run as a page: curves, network, mistakes, speed",
      "  model.convoy       the trained network: layers, normalisation, weights",
      "  best.convoy        the same by the best validation, if that was not the last",
      "  result.json        test accuracy, loss, SHA-256 of the weights, seconds ...",
      "  metrics.jsonl      one line a step; validations.jsonl: one a validation",
      "  job.yaml           the job with every key, as it was run",
      "  checkpoints/       what --resume goes on from",
      "A finished run in DIR is replaced. An unfinished one is kept unless --resume",
      "or --overwrite is given. A folder with anything else in it is refused; only",
      "--resume takes a run with other files beside it, which stay.",
      "",
      "Examples:",
      "  convoy train --output runs/1",
      "  convoy train --config cnn32 --set training.epochs=3 --master local[2]",
      "  convoy train --config my.yaml --data hdfs:///mnist --output hdfs:///runs/1",
      "  convoy train --resume --output runs/1"
    })
final class TrainCommand extends BaseCommand {
  private static final String JOB_CURE =
      "copy it out of there, or go on with the run there by --resume without --config";

  @Spec private CommandSpec spec;
  @Mixin private JobOptions job;
  @Mixin private SparkOptions spark;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description =
          "Folder for the run's files, on any Hadoop file system. Without it nothing is kept.")
  private String output;

  @Option(
      names = "--resume",
      description =
          "Go on from the newest good checkpoint, if there is one. With --output alone, the job is"
              + " the one in DIR.")
  private boolean resume;

  @Option(
      names = "--overwrite",
      description = "Start anew even if DIR holds a run that did not finish.")
  private boolean overwrite;

  @Mixin private TensorBoardOption tensorBoard;

  @Override
  void run() throws Exception {
    if (resume && overwrite) {
      throw new UserError("got --resume and --overwrite, expected one of them");
    }
    spark.check();
    try (RunFolder folder = output == null ? null : new RunFolder(output)) {
      Job read = job.read(folder != null && resume ? folder.job() : Optional.empty());
      read.notes().forEach(this::warn);
      TrainConfig given = withCheckpoints(read.config(), folder);
      Network network = network(given);
      if (folder != null) {
        job.file().ifPresent(file -> folder.expectOutside("--config", file, JOB_CURE));
        folder.check(resume, overwrite);
      } else {
        note("no --output DIR: the trained network will not be kept");
      }
      TensorBoardEvents curves = tensorBoard.open();
      Optional<StartModel> start = startModel(read, folder);
      TrainConfig config = numbered(given, start);
      note(read.name() + " on " + config.data().path() + "; Spark starts");
      SparkContext context;
      WarmUp warmUp = WarmUp.start(config, network);
      try (warmUp) {
        context = spark.start("convoy " + read.name(), this, network.parameterCount());
      }
      double pace = warmUp == null ? Double.NaN : warmUp.secondsAnExample();
      spark.run(
          this,
          context,
          running -> train(running, read, config, network, start, pace, folder, curves));
    }
  }

  private TrainConfig withCheckpoints(TrainConfig config, RunFolder folder) {
    Checkpoints wanted = config.checkpoints();
    if (!wanted.directory().isEmpty()) {
      return config;
    }
    if (folder == null) {
      if (resume) {
        throw new UserError(
            "--resume: got neither --output nor checkpoint.directory, expected one, to find"
                + " checkpoints in");
      }
      return config;
    }
    return config.with(
        new Checkpoints(
            folder.checkpoints(),
            wanted.everySteps(),
            wanted.everyMinutes(),
            wanted.everyEpoch(),
            wanted.keep()));
  }

  private static Network network(TrainConfig config) {
    try {
      return new Network(config.model());
    } catch (IllegalArgumentException e) {
      throw new UserError("model: " + e.getMessage(), e);
    }
  }

  private void train(
      SparkContext context,
      Job read,
      TrainConfig config,
      Network network,
      Optional<StartModel> start,
      double pace,
      RunFolder folder,
      TensorBoardEvents curves)
      throws IOException {
    try (TestSet test = TestSet.open(context, config, this)) {
      ResultCollector outcome = new ResultCollector();
      List<TrainListener> listeners = new ArrayList<>();
      listeners.add(outcome);
      listeners.add(
          new ConsoleProgress(out(), err(), Terminal.detect(), detail(), System::nanoTime));
      StepLines lines = folder == null ? null : new StepLines(folder::lines, System::nanoTime);
      SparkMetrics gauges = gauges();
      Stream.of(lines, curves, gauges, tab(context, read.name()))
          .filter(Objects::nonNull)
          .forEach(listeners::add);
      Trainer trainer = new Trainer(context, config, listeners);
      tellIfUnread(start, test);
      start.ifPresent(model -> trainer.startFrom(() -> startWeights(model, read)));
      trainer.expectPace(pace);
      if (folder != null) {
        trainer.onAccepted(
            () -> {
              expectNoOthers(config.checkpoints(), folder, context);
              folder.begin(resume, read.yaml());
            });
        trainer.whileOurs(folder::isOurs, folder.lost());
        trainer.onLeftOut(images -> keepLeftOut(images, test, folder));
      }
      TrainResult result;
      Interrupt ctrlC = Interrupt.first(() -> stop(trainer));
      try (lines;
          curves;
          gauges;
          ctrlC) {
        result = trainer.train(resume);
      }
      if (folder != null) {
        TrainedModel model =
            new TrainedModel(
                config.model(),
                network.outputs(),
                names(test.classNames(), network),
                result.range(),
                result.weights());
        folder.write(RunFolder.MODEL, stream -> ModelFile.write(model, stream));
        BestModel.keep(config, model, result, folder, context).ifPresent(this::note);
        test.score(model, folder);
      }
      test.range().flatMap(seen -> RangeWatch.warning(result.range(), seen)).ifPresent(this::warn);
      Optional<Evaluation> tested = test.evaluate(result.weights());
      boolean images = config.model().inputs().size() == 1;
      finish(outcome.result(result, tested, network.parameterCount()), folder, images);
    }
  }

  /** A file of those, of the test set too; without any there is no file. */
  private static void keepLeftOut(List<String> images, TestSet test, RunFolder folder) {
    List<String> all = new ArrayList<>(images);
    test.leftOut().forEach(image -> all.add("test set: " + image));
    if (all.isEmpty()) {
      return;
    }
    try {
      String text = String.join("\n", all) + "\n";
      folder.write(RunFolder.LEFT_OUT, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of more classes than the labels have were of no use: outputs are not classes then. */
  private static List<String> names(List<String> classNames, Network network) {
    return classNames.size() > network.outputs() ? List.of() : classNames;
  }

  /** Checkpoints of an earlier run elsewhere than in our folder are not ours to remove. */
  private void expectNoOthers(Checkpoints wanted, RunFolder folder, SparkContext context) {
    if (resume || wanted.directory().equals(folder.checkpoints())) {
      return;
    }
    try {
      new CheckpointStore(wanted.directory(), wanted.keep(), context.hadoopConfiguration())
          .expectEmpty();
    } catch (IOException e) {
      throw new UserError("checkpoint.directory: " + e.getMessage(), e);
    }
  }

  /**
   * The model to begin with, if the job names one. Read at once, before Spark starts; on resuming
   * it need not be there, unless there turns out to be no checkpoint.
   */
  private Optional<StartModel> startModel(Job read, RunFolder folder) {
    Optional<StartModel> start = StartModel.of(read, () -> readStart(read, folder));
    if (!resume) {
      start.ifPresent(model -> note(model.layers() + " start from " + read.startFrom()));
    }
    return start;
  }

  /** Reads it; a new run gives up what is in its folder before the first step. */
  private TrainedModel readStart(Job read, RunFolder folder) {
    ModelOption.Found source = ModelOption.read("model.startFrom", read.startFrom());
    if (folder != null && !resume) {
      folder.expectOutside(
          "model.startFrom", new Path(source.path()), "name another --output, or copy the model");
    }
    return source.model();
  }

  private float[] startWeights(StartModel model, Job read) {
    if (resume) {
      note(model.layers() + " start from " + read.startFrom());
    }
    return model.weights();
  }

  /** The job with the classes numbered as the model has them that it goes on with. */
  private static TrainConfig numbered(TrainConfig config, Optional<StartModel> start) {
    List<String> names = start.flatMap(StartModel::classNamesIfReadable).orElse(List.of());
    return config.with(config.data().numbered(names));
  }

  /** Classes may have had other numbers, or more names, where a model is gone that said so. */
  private void tellIfUnread(Optional<StartModel> start, TestSet test) {
    boolean read = start.isEmpty() || start.get().classNamesIfReadable().isPresent();
    if (!read && !test.classNames().isEmpty()) {
      warn(
          "the model of model.startFrom cannot be read: classes are numbered and named by the"
              + " folders that are there");
    }
  }

  /** None if this Spark's metrics system is not the one we know: it is not public. */
  private SparkMetrics gauges() {
    try {
      return new SparkMetrics(System::nanoTime).register();
    } catch (LinkageError | RuntimeException e) {
      warn("no figures in Spark's metrics system: " + Texts.firstLine(e));
      return null;
    }
  }

  /** None if this Spark's UI is not the one we know: it is not public. */
  private TrainListener tab(SparkContext context, String name) {
    try {
      return TrainingTab.attach(context, name);
    } catch (LinkageError | RuntimeException e) {
      warn("no tab in Spark's UI: " + Texts.firstLine(e));
      return null;
    }
  }

  private void stop(Trainer trainer) {
    warn("stopping after this step; Ctrl-C again quits at once");
    trainer.stop();
  }

  private void finish(RunResult result, RunFolder folder, boolean images) throws IOException {
    if (folder != null) {
      folder.write(RunFolder.RESULT, result.toJson().getBytes(StandardCharsets.UTF_8));
    }
    String page = folder == null ? null : report();
    boolean stopped = result.ending().reason() == StopReason.STOPPED;
    if (detail() == Detail.QUIET) {
      out().println(result.toLine());
    } else {
      List<String> given = spec.root().commandLine().getParseResult().originalArgs();
      out().println(result.toText(output, page, NextSteps.after(given, output, stopped, images)));
    }
    endWith(stopped ? Main.INTERRUPTED : Main.OK);
  }

  /** A run is a run without its picture, too. */
  private String report() {
    try {
      return RunReader.writeReport(output);
    } catch (LinkageError | RuntimeException e) {
      warn("there is no " + RunFolder.REPORT + ": " + Texts.firstLine(e));
      return null;
    }
  }
}
