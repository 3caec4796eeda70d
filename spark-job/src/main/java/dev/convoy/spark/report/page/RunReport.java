package dev.convoy.spark.report.page;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ModelSummary;
import dev.convoy.engine.model.Source;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.report.EvaluationReport;
import dev.convoy.spark.report.RunResult;
import dev.convoy.spark.report.StepLines.StepLine;
import dev.convoy.spark.report.StepLines.ValidationLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All that a report shows of one run; its JSON form is what the page's script draws. What the run's
 * folder did not have is null, and the page leaves it out.
 *
 * @param name of the run
 * @param job the job file as it was run
 * @param result {@code result.json}
 * @param evaluation {@code evaluation.json}
 * @param curves of loss, accuracy, speed and norms
 */
public record RunReport(
    String name,
    String job,
    RunResult result,
    EvaluationReport evaluation,
    StepSeries.Curves curves,
    List<ValidationLine> validations,
    Model model) {

  /** More points than a screen has columns would only make the page slow. */
  private static final int MOST_POINTS = 1000;

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * The network, and what can be looked at in it.
   *
   * @param normLayers names of the layers that the norms belong to
   */
  record Model(
      List<Input> inputs,
      List<Layer> layers,
      List<Output> outputs,
      long parameters,
      long flops,
      List<String> normLayers,
      ModelPictures.Filters filters,
      List<ModelPictures.Seen> seen) {}

  /** A part of an example; {@code name} is null if it is all of it. */
  record Input(String name, int height, int width, int channels) {}

  /** What is learnt: what leaves the layer of index {@code layer}. */
  record Output(String name, int layer, String loss) {}

  /**
   * One layer on paper.
   *
   * @param from where that is not what stands right above it
   * @param sources what it takes
   */
  record Layer(
      String name,
      String from,
      List<From> sources,
      String output,
      @JsonUnwrapped Size size,
      long parameters,
      long flops,
      boolean frozen) {}

  /** Shape of what leaves a layer. */
  record Size(int height, int width, int channels) {}

  /** What a layer takes: the layer or the input of an index; the other is null. */
  record From(Integer layer, Integer input) {
    static From of(Source source) {
      return source instanceof Source.Layer layer
          ? new From(layer.index(), null)
          : new From(null, ((Source.Input) source).index());
    }
  }

  /** The files of a run, read. */
  public static final class Builder {
    private final String name;
    private final StepSeries steps = new StepSeries(MOST_POINTS);
    private final List<ValidationLine> validations = new ArrayList<>();
    private String job;
    private RunResult result;
    private EvaluationReport evaluation;
    private TrainedModel model;

    /** A report without any file yet. */
    public Builder(String name) {
      this.name = name;
    }

    /** Text of {@code job.yaml}. */
    public Builder job(String yaml) {
      this.job = yaml;
      return this;
    }

    /** Text of {@code result.json}. */
    public Builder result(String json) {
      this.result = RunResult.fromJson(json);
      return this;
    }

    /** Text of {@code evaluation.json}. */
    public Builder evaluation(String json) {
      this.evaluation = EvaluationReport.fromJson(json);
      return this;
    }

    /** The trained model. */
    public Builder model(TrainedModel trained) {
      this.model = trained;
      return this;
    }

    /** Lines of {@code metrics.jsonl}; one that was cut off is left out. */
    public Builder steps(Stream<String> lines) {
      read("metrics.jsonl", lines, StepLine.class, steps::add);
      return this;
    }

    /** Lines of {@code validations.jsonl}. */
    public Builder validations(Stream<String> lines) {
      read("validations.jsonl", lines, ValidationLine.class, validations::add);
      return this;
    }

    /** Objects, one a line; a last line that was not finished is left out. */
    private static <T> void read(String name, Stream<String> lines, Class<T> type, Consumer<T> to) {
      long number = 0;
      for (String line : (Iterable<String>) lines::iterator) {
        number++;
        if (line.endsWith("}")) {
          try {
            to.accept(JSON.readValue(line, type));
          } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                name
                    + ": line "
                    + number
                    + ": got "
                    + e.getOriginalMessage()
                    + ", expected an object as train writes it",
                e);
          }
        }
      }
    }

    /** The report of what was given. */
    public RunReport build() {
      Model drawn = model == null ? null : RunReport.draw(model, examples());
      StepSeries.Curves curves = steps.size() == 0 ? null : steps.curves();
      return new RunReport(name, job, result, evaluation, curves, List.copyOf(validations), drawn);
    }

    /** The samples that the evaluation kept. */
    private List<ModelPictures.Example> examples() {
      List<ModelPictures.Example> examples = new ArrayList<>();
      for (EvaluationReport.Sample sample :
          evaluation == null ? List.<EvaluationReport.Sample>of() : evaluation.images().samples()) {
        if (sample.pixels() == null) {
          throw new InvalidInputException(
              "evaluation.json: samples: got one without pixels, expected its pixels as base64");
        }
        examples.add(new ModelPictures.Example(sample.label(), sample.pixels()));
      }
      return examples;
    }
  }

  private static Model draw(TrainedModel trained, List<ModelPictures.Example> examples) {
    ModelSpec spec = trained.spec();
    ModelSummary summary = ModelSummary.of(spec);
    return new Model(
        inputs(spec),
        layers(spec, summary),
        outputs(spec),
        summary.parameters(),
        summary.flops(),
        layersWithParameters(summary),
        ModelPictures.filters(trained).orElse(null),
        ModelPictures.seen(trained, examples));
  }

  private static List<Input> inputs(ModelSpec spec) {
    List<Input> inputs = new ArrayList<>();
    for (ModelSpec.Input input : spec.inputs()) {
      Shape shape = input.shape();
      String name = spec.inputs().size() == 1 ? null : input.name();
      inputs.add(new Input(name, shape.height(), shape.width(), shape.channels()));
    }
    return inputs;
  }

  private static List<Layer> layers(ModelSpec spec, ModelSummary summary) {
    List<Layer> layers = new ArrayList<>();
    for (ModelSummary.Row row : summary.rows()) {
      Shape output = row.output();
      layers.add(
          new Layer(
              row.name(),
              row.from(),
              spec.sources(layers.size()).stream().map(From::of).toList(),
              output.toString(),
              new Size(output.height(), output.width(), output.channels()),
              row.parameters(),
              row.flops(),
              row.frozen()));
    }
    return layers;
  }

  private static List<Output> outputs(ModelSpec spec) {
    List<Output> outputs = new ArrayList<>();
    for (ModelSpec.Output output : spec.outputs()) {
      String loss = output.loss().name().toLowerCase(Locale.ROOT);
      outputs.add(new Output(output.name(), spec.heads().get(outputs.size()), loss));
    }
    return outputs;
  }

  private static List<String> layersWithParameters(ModelSummary summary) {
    return summary.rows().stream()
        .filter(row -> row.parameters() > 0)
        .map(ModelSummary.Row::name)
        .toList();
  }
}
