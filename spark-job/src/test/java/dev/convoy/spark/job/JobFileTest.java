package dev.convoy.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.Augmentation;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.optimizer.Adam;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobFileTest {
  private static final String LAYERS = "model:\n  layers:\n    - dense: {units: 10}\n";

  private static Job read(String yaml, String... sets) {
    List<JobFile.Override> overrides = new ArrayList<>();
    for (String set : sets) {
      overrides.add(JobFile.Override.parse(set));
    }
    return JobFile.read("job", yaml, "job.yaml", overrides);
  }

  private static void refused(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml)).isInstanceOf(UserError.class).hasMessage(message);
  }

  @Test
  void defaultsFillWhatIsNotSaid() {
    Job job = read(LAYERS);
    assertThat(job.config().data().path()).isEqualTo("embedded:mnist");
    assertThat(job.config().data().shards()).isEqualTo(64);
    assertThat(job.config().loop().batchSize()).isEqualTo(64);
    assertThat(job.config().loop().microBatch()).isEqualTo(32);
    assertThat(job.config().update().optimizer()).isEqualTo(new Sgd(0f, false));
    assertThat(job.config().update().learningRate().at(1, 100)).isEqualTo(0.01f);
    assertThat(job.config().checkpoints().everyEpoch()).isTrue();
    assertThat(job.notes()).isEmpty();
  }

  @Test
  void adamHasADefaultRateOfItsOwn() {
    Job job = read(LAYERS, "optimizer.type=adam");
    assertThat(job.config().update().optimizer()).isEqualTo(new Adam(0.9f, 0.999f, 1e-8f, false));
    assertThat(job.config().update().learningRate().at(1, 100)).isEqualTo(0.001f);
  }

  @Test
  void everyKeyMayBeSetOnTheCommandLine() {
    Job job =
        read(
            LAYERS,
            "data.path=/a b/c#d: e",
            "training.epochs=3",
            "training.seed=-7",
            "training.batchSize=256",
            "model.normalize={mean: 0.5, deviation: 0.25}",
            "model.layers=[relu, {dense: {units: 3, bias: false}}]",
            "training.epochs=4");
    assertThat(job.config().data().path()).isEqualTo("/a b/c#d: e");
    assertThat(job.config().loop().epochs()).isEqualTo(4);
    assertThat(job.config().loop().seed()).isEqualTo(-7);
    assertThat(job.config().loop().batchSize()).isEqualTo(256);
    assertThat(job.config().model().normalization().deviation()).isEqualTo(0.25f);
    assertThat(job.config().model().layers()).hasSize(2);
  }

  @Test
  void layersMayBeWordsLinesOrMappings() {
    Job job =
        read(
            """
            model:
              input: 8x8x3
              layers:
                - conv2d: {filters: 4, kernel: [3, 5], padding: [1, 0, 2, 2], bias: false}
                - relu
                - relu:
                - gelu
                - leakyRelu
                - leakyRelu: {negativeSlope: 0.2}
                - elu alpha=0.5
                - maxpool window=2
                - conv2d:
                    filters: 2
                    kernel: 1
                - flatten
                - dense: {units: 5, init: small}
              loss: sigmoid
            """);
    assertThat(job.config().model().toText().replace(" flip=false init=he frozen=false", " ..."))
        .isEqualTo(
            """
            input 8x8x3
            normalize mean=0.0 deviation=1.0
            conv2d filters=4 kernel=3x5 stride=1x1 padding=1,0,2,2 bias=false ...
            relu
            relu
            gelu
            leakyRelu negativeSlope=0.01
            leakyRelu negativeSlope=0.2
            elu alpha=0.5
            maxpool window=2x2 stride=2x2 padding=valid
            conv2d filters=2 kernel=1x1 stride=1x1 padding=valid bias=true ...
            flatten
            dense units=5 bias=true init=small frozen=false
            loss sigmoid
            """);
  }

  @Test
  void theResolvedJobReadsToTheSameConfiguration() {
    for (String set :
        List.of(
            "training.seed=-9223372036854775808",
            "optimizer.type=nesterov",
            "optimizer.type=adamw",
            "optimizer.learningRate=3.3e-4",
            "data.path=s3a://bucket/a 'b' \"c\\d\" # \u00e9\u2028",
            "data.path=- x",
            "data.path=null x",
            "checkpoint.directory=hdfs://host:8020/tmp/x",
            "checkpoint.everyEpoch=false",
            "checkpoint.everyMinutes=2.5",
            "schedule.warmup=3",
            "schedule.type=cosine",
            "schedule.type=onecycle",
            "schedule.type=step",
            "schedule.type=polynomial",
            "model.layers=[{conv2d: {filters: 2, kernel: 3, padding: '0,1,1,0'}}, dropout rate=0.25]")) {
      Job job = read(LAYERS, set);
      Job again = JobFile.read("job", job.yaml(), "again.yaml", List.of());
      assertThat(again.config()).as(set).isEqualTo(job.config());
      assertThat(again.yaml()).as(set).isEqualTo(job.yaml());
      assertThat(again.notes()).as(set).isEmpty();
    }
  }

  @Test
  void schedulesBecomeTheEnginesRecords() {
    assertThat(rate("schedule: {type: cosine, final: 1e-4}"))
        .isEqualTo(new LearningRate.Cosine(0.01f, 1e-4f));
    assertThat(rate("schedule: {type: polynomial, power: 2}"))
        .isEqualTo(new LearningRate.Polynomial(0.01f, 0f, 2f));
    assertThat(rate("schedule: {type: onecycle, rise: 0.2}"))
        .isEqualTo(new LearningRate.OneCycle(0.01f, 0.2f));
    assertThat(rate("schedule: {type: step, every: 3, factor: 0.5, warmup: 2}"))
        .isEqualTo(
            new LearningRate.Warmup(
                2,
                LearningRate.Unit.EPOCHS,
                new LearningRate.Step(0.01f, 0.5f, 3, LearningRate.Unit.EPOCHS)));
    assertThat(rate("schedule: {warmup: 100, unit: steps}"))
        .isEqualTo(
            new LearningRate.Warmup(
                100, LearningRate.Unit.STEPS, new LearningRate.Constant(0.01f)));
  }

  private static LearningRate rate(String schedule) {
    return read(schedule + "\n" + LAYERS).config().update().learningRate();
  }

  @Test
  void whatTheEngineRefusesIsPointedAt() {
    refused(
        "optimizer:\n  type: nesterov\n  momentum: 0\n" + LAYERS,
        "job.yaml:2: sgd: got nesterov with momentum 0, expected a momentum above 0, for example"
            + " 0.9");
  }

  /**
   * Who asks for another schedule on the command line need not clear the job of the other's keys.
   */
  @Test
  void keysOfTheFileThatTheCommandLineOutdoesAreNot() {
    String yaml = "schedule: {type: onecycle, rise: 0.2}\n" + LAYERS;
    assertThat(read(yaml, "schedule.type=constant").notes()).isEmpty();
    assertThat(read(yaml, "schedule.type=constant", "schedule.rise=0.1").notes()).hasSize(1);
    assertThat(read(yaml, "schedule.rise=0.1").notes()).isEmpty();
  }

  @Test
  void augmentationIsPartOfTheJob() {
    Job job = read("augment: {crop: 4, flip: horizontal}\n" + LAYERS);
    assertThat(job.config().loop().augmentation())
        .isEqualTo(new Augmentation(4, Augmentation.Flip.HORIZONTAL, 0, 0, 0, 0, 0, 0));
    assertThat(job.yaml()).contains("augment:\n  crop: 4\n  flip: horizontal\n");
    assertThat(read(LAYERS).yaml()).doesNotContain("augment");
    String two =
        "augment.rotate: 5\nmodel:\n  inputs: {a: 4x4x1, b: 4x4x1}\n  layers:\n"
            + "    - add: {from: [a, b]}\n    - dense: {units: 10}\n";
    refused(
        two,
        "job.yaml:1: augment.rotate: got a model of 2 inputs, expected one: the images of several"
            + " would no longer fit each other");
  }

  @Test
  void keysWithoutEffectAreNoted() {
    assertThat(read("optimizer:\n  beta1: 0.8\n" + LAYERS).notes())
        .containsExactly(
            "job.yaml:2: optimizer.beta1 has no effect with optimizer.type sgd and schedule.type"
                + " constant");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          batchsize: 3                 | unknown key 'batchsize'; did you mean 'training.batchSize'?
          trainig: {epochs: 3}         | unknown key 'trainig'; did you mean 'training'?
          quux: {epochs: 3}            | unknown key 'quux'; valid: data, model, training, augment, optimizer, schedule, checkpoint
          training: {epoch: 3}         | unknown key 'training.epoch'; did you mean 'training.epochs'?
          training: {quux: 3}          | unknown key 'training.quux'; valid: training.epochs, training.maxSteps, training.batchSize, training.microBatch, training.seed, training.evaluateEvery, training.patience
          training: 5                  | training: got '5', expected a mapping such as 'epochs: 10'
          training: [5]                | training: got a list, expected a mapping such as 'epochs: 10'
          training: {epochs: ten}      | training.epochs: got 'ten', expected a whole number from 1 to 1000000
          training: {epochs: 1.5}      | training.epochs: got '1.5', expected a whole number from 1 to 1000000
          training: {epochs: "5"}      | training.epochs: got '5', expected a whole number from 1 to 1000000 without quotes
          training: {epochs: }         | training.epochs: got nothing, expected a whole number from 1 to 1000000
          training: {epochs: [1]}      | training.epochs: got a list, expected a whole number from 1 to 1000000
          training: {batchSize: 0}     | training.batchSize: got '0', expected a whole number from 1 to 10000000
          training: {batchSize: -8}    | training.batchSize: got '-8', expected a whole number from 1 to 10000000
          training: {microBatch: 99999999999999999999} | training.microBatch: got '99999999999999999999', expected a whole number from 1 to 4096
          training: {seed: 9223372036854775808} | training.seed: got '9223372036854775808', expected a whole number
          data: {validationFraction: 1} | data.validationFraction: got '1', expected a number from 0 to less than 1
          data: {path: [a]}            | data.path: got a list, expected text on one line
          data: {path: }               | data.path: got nothing, expected a folder of data, table:NAME or embedded:mnist
          optimizer: {learningRate: 0} | optimizer.learningRate: got '0', expected a number above 0
          optimizer: {learningRate: .nan} | optimizer.learningRate: got '.nan', expected a number above 0
          optimizer: {learningRate: 1e99} | optimizer.learningRate: got '1e99', expected a number above 0
          optimizer: {type: addam}     | optimizer.type: got 'addam', expected sgd, momentum, nesterov, adam or adamw; did you mean 'adam'?
          optimizer: {momentum: 1}     | optimizer.momentum: got '1', expected a number from 0 to less than 1
          checkpoint: {everyEpoch: yes} | checkpoint.everyEpoch: got 'yes', expected true or false
          training: {patience: 2}, data.validationFraction: 0 | training.patience: got 2, which needs validations; set data.validationFraction (for example 0.1) and training.evaluateEvery (for example 1)
          training: {epochs: 1}, training.epochs: 2 | training.epochs stands here twice, first at job.yaml:1
          training: {epochs: 1, epochs: 2} | 'epochs' stands here twice, first in line 1; keep one
          """)
  void mistakesArePointedAt(String flow, String message) {
    refused("{" + flow + ", model.layers: [dense units=10]}", "job.yaml:1: " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          conv2: {filters: 6, kernel: 5}   | got unknown layer 'conv2', expected conv2d, maxpool, avgpool, globalMaxPool, globalAveragePool, relu, sigmoid, tanh, leakyRelu, relu6, elu, gelu, silu, hardSwish, hardSigmoid, softplus, flatten, dense, batchNorm, groupNorm, layerNorm, dropout, add or concat; did you mean 'conv2d'?
          conv2d: {filter: 6, kernel: 5}   | conv2d: got unknown setting 'filter', expected filters, kernel, stride, padding, bias, flip, init, frozen, name or from; did you mean 'filters'?
          conv2d: {filters: 6}             | conv2d: got no kernel, expected it, for example 'conv2d kernel=3x3'
          dense: 10                        | layer dense: got '10', expected 'conv2d: {filters: 6, kernel: 5}', 'relu' or such
          dense: {units: {a: 1}}           | layer dense: got a mapping for units, expected a value
          [relu]                           | layer: got a list, expected 'conv2d: {filters: 6, kernel: 5}', 'relu' or such
          input 3x3x3                      | layer: got 'input 3x3x3', expected 'conv2d: {filters: 6, kernel: 5}', 'relu' or such
          {relu: , tanh: }                 | layer relu: got 'tanh' beside it, expected one layer an item; indent a layer's settings below it or write 'conv2d: {filters: 6, kernel: 5}', 'relu' or such
          conv2d: {filters: 6, kernel: 29} | layer 1 (conv2d 6 of 29x29), input 28x28x1: window: got a kernel of 29x29 on an input of 28x28x1, expected a kernel no larger than the padded input; use a smaller kernel or padding=same
          """)
  void layersThatCannotBeAreRefusedWithTheirLine(String layer, String message) {
    refused("model:\n  layers:\n    - " + layer + "\n", "job.yaml:3: " + message);
  }

  private static final String GRAPH =
      """
      model:
        inputs: {left: 6x6x1, right: 4x5x1}
        outputs:
          digit: {loss: softmax}
          odd: {from: last, loss: sigmoid, weight: 0.5}
        layers:
          - conv2d: {filters: 4, kernel: 3, padding: 1, name: eye, from: left}
          - relu: {name: seen}
          - conv2d filters=4 kernel=3 padding=1 name=deep
          - add: {from: [seen, deep]}
          - flatten: {name: flat}
          - flatten: {from: right, name: told}
          - concat: {from: [flat, told]}
          - dense: {units: 6, name: body}
          - dense: {units: 5, name: digit}
          - dense: {units: 2, name: last, from: body}
      """;

  @Test
  void aNetworkMayBranchAndJoin() {
    Job job = read(GRAPH);
    ModelSpec model =
        ModelSpec.parse(
            """
            input left 6x6x1
            input right 4x5x1
            conv2d filters=4 kernel=3 padding=1 name=eye from=left
            relu name=seen
            conv2d filters=4 kernel=3 padding=1 name=deep
            add from=seen,deep
            flatten name=flat
            flatten from=right name=told
            concat from=flat,told
            dense units=6 name=body
            dense units=5 name=digit
            dense units=2 name=last from=body
            output digit
            output odd from=last loss=sigmoid weight=0.5
            """);
    assertThat(job.config().model()).isEqualTo(model);
    assertThat(read(job.yaml()).config()).isEqualTo(job.config());
    assertThat(job.notes()).isEmpty();
    assertThat(read(LAYERS, "model.inputs={picture: 28x28x1}").config().model().inputs().get(0))
        .isEqualTo(new ModelSpec.Input("picture", new Shape(28, 28, 1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          from: [seen, deep] | from: [seen, dep]  | job.yaml:10: layer 4 (add): from: got unknown name 'dep', expected left, right, eye, seen, deep, flat, told, body, digit or last; did you mean 'deep'?
          from: [seen, deep] | from: [seen, told] | job.yaml:10: layer 4 (add): from: got 'told', layer 6, which stands below; expected layers above this one; move 'told' up
          from: [seen, deep] | from: [seen, flat] | job.yaml:10: layer 4 (add): from: got 'flat', layer 5, which itself takes from this one: a cycle; expected layers above this one, so that data flows one way
          filters=4          | filters=3          | job.yaml:10: layer 4 (add), inputs 6x6x4 and 6x6x3: add: got inputs of 6x6x4 and 6x6x3, expected one shape; bring them to it by a convolution, pooling or a dense layer, or use concat
          from: last,        | from: lost,        | job.yaml:4: output odd: from: got unknown name 'lost', expected the name of a layer; did you mean 'last'?
          4x5x1              | 4x5                | job.yaml:2: model.inputs: shape: got '4x5', expected HEIGHTxWIDTHxCHANNELS, for example 28x28x1
          right: 4           | '1': 4             | job.yaml:2: input: got '1', expected a name of up to 64 letters, digits, - and _, beginning with a letter
          weight: 0.5        | wieght: 0.5        | job.yaml:5: output: got unknown setting 'wieght', expected from, loss or weight; did you mean 'weight'?
          {loss: softmax}    | softmax            | job.yaml:4: output digit: got 'softmax', expected a mapping such as {loss: softmax, weight: 1}
          """)
  void wrongWiringIsRefusedWithItsLine(String right, String wrong, String message) {
    assertThatThrownBy(() -> read(GRAPH.replace(right, wrong)))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void oneFormOrTheOther() {
    assertThatThrownBy(() -> read(GRAPH, "model.input=28x28x1"))
        .hasMessage(
            "--set model.input: got both model.input and model.inputs, expected one of them;"
                + " remove model.input");
    assertThatThrownBy(() -> read(GRAPH, "model.loss=squared"))
        .hasMessageContaining("got both model.loss and model.outputs");
    assertThatThrownBy(() -> read(GRAPH, "model.inputs=28x28x1"))
        .hasMessageContaining("expected a mapping of names, in place of input, several: {left:");
  }

  @Test
  void aModelNeedsLayersAndASensibleInput() {
    refused(
        "training: {epochs: 1}",
        "job.yaml: model.layers: got no layers, expected at least one, for example"
            + " 'layers: [{dense: {units: 10}}]'; or start from a built-in job such as --config"
            + " lenet5");
    refused(
        LAYERS + "  input: 28x28\n",
        "job.yaml:4: model.input: shape: got '28x28', expected HEIGHTxWIDTHxCHANNELS, for example"
            + " 28x28x1");
  }

  @Test
  void mistakesOnTheCommandLineNameTheOption() {
    assertThatThrownBy(() -> read(LAYERS, "training.batchSize=0"))
        .hasMessage(
            "--set training.batchSize: got '0', expected a whole number from 1 to 10000000");
    assertThatThrownBy(() -> read(LAYERS, "training.batchsise=1"))
        .hasMessage(
            "--set training.batchsise: unknown key 'training.batchsise'; did you mean"
                + " 'training.batchSize'?");
    assertThatThrownBy(() -> read(LAYERS, "batch"))
        .hasMessage(
            "--set: got 'batch', expected KEY=VALUE, for example --set training.batchSize=256");
  }
}
