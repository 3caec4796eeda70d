package dev.convoy.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.layer.Activation;
import dev.convoy.engine.layer.BatchNorm;
import dev.convoy.engine.layer.Conv2d;
import dev.convoy.engine.layer.Curve;
import dev.convoy.engine.layer.Dense;
import dev.convoy.engine.layer.Dropout;
import dev.convoy.engine.layer.Flatten;
import dev.convoy.engine.layer.GlobalPool;
import dev.convoy.engine.layer.GroupNorm;
import dev.convoy.engine.layer.Init;
import dev.convoy.engine.layer.LayerNorm;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.layer.Pointwise;
import dev.convoy.engine.layer.Pool2d;
import dev.convoy.engine.layer.Window;
import dev.convoy.engine.layer.Window.Padding;
import dev.convoy.engine.model.ModelSpec.LossKind;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelSpecTest {

  @Test
  void readsEveryLayerWithItsDefaults() {
    ModelSpec spec =
        ModelSpec.parse(
            """
            # a model of everything
            input 28x28x1
            normalize mean=0.1307 deviation=0.3081
            conv2d filters=6 kernel=5   # both sides 5
            conv2d filters=2 kernel=5x3 stride=2x1 padding=2x1 bias=false flip=true init=xavier frozen=true
            conv2d filters=2 kernel=3 padding=same init=small
            conv2d filters=2 kernel=2 padding=same-head init=zero
            conv2d filters=2 kernel=2 padding=1,0,2,3
            maxpool window=2x3
            avgpool window=3 stride=2 padding=1
            relu
            sigmoid
            tanh
            leakyRelu
            leakyRelu negativeSlope=0.2
            relu6
            elu
            gelu
            silu
            hardSwish
            hardSigmoid
            softplus
            flatten
            batchNorm
            batchNorm momentum=0.5 epsilon=0.01 frozen=true
            groupNorm groups=4
            groupNorm groups=1 epsilon=0.01 frozen=true
            layerNorm
            layerNorm epsilon=1e-3 frozen=true
            globalMaxPool
            globalAveragePool
            dropout rate=0.25
            dense units=10\r
            dense units=3 bias=false init=small frozen=true
            loss sigmoid
            """);
    assertThat(spec)
        .isEqualTo(
            new ModelSpec(
                new Shape(28, 28, 1),
                new Normalization(0.1307f, 0.3081f),
                List.of(
                    conv(6, new Window(5, 5, 1, 1, Padding.VALID), true, false, Init.HE, false),
                    conv(
                        2,
                        new Window(5, 3, 2, 1, Padding.of(2, 2, 1, 1)),
                        false,
                        true,
                        Init.XAVIER,
                        true),
                    conv(2, new Window(3, 3, 1, 1, Padding.SAME), true, false, Init.SMALL, false),
                    conv(
                        2,
                        new Window(2, 2, 1, 1, Padding.SAME_HEAD),
                        true,
                        false,
                        Init.ZERO,
                        false),
                    conv(
                        2,
                        new Window(2, 2, 1, 1, Padding.of(1, 0, 2, 3)),
                        true,
                        false,
                        Init.HE,
                        false),
                    new Pool2d.Spec(Pool2d.Mode.MAX, new Window(2, 3, 2, 3, Padding.VALID)),
                    new Pool2d.Spec(
                        Pool2d.Mode.AVERAGE, new Window(3, 3, 2, 2, Padding.of(1, 1, 1, 1))),
                    new Activation.Spec(Activation.Function.RELU),
                    new Activation.Spec(Activation.Function.SIGMOID),
                    new Activation.Spec(Activation.Function.TANH),
                    new Pointwise.Spec(Curve.LEAKY_RELU, 0.01f),
                    new Pointwise.Spec(Curve.LEAKY_RELU, 0.2f),
                    new Pointwise.Spec(Curve.RELU6, 0f),
                    new Pointwise.Spec(Curve.ELU, 1f),
                    new Pointwise.Spec(Curve.GELU, 0f),
                    new Pointwise.Spec(Curve.SILU, 0f),
                    new Pointwise.Spec(Curve.HARD_SWISH, 0f),
                    new Pointwise.Spec(Curve.HARD_SIGMOID, 0f),
                    new Pointwise.Spec(Curve.SOFTPLUS, 0f),
                    new Flatten(),
                    new BatchNorm.Spec(0.1f, 1e-5f, false),
                    new BatchNorm.Spec(0.5f, 0.01f, true),
                    new GroupNorm.Spec(4, 1e-5f, false),
                    new GroupNorm.Spec(1, 0.01f, true),
                    new LayerNorm.Spec(1e-5f, false),
                    new LayerNorm.Spec(1e-3f, true),
                    new GlobalPool(Pool2d.Mode.MAX),
                    new GlobalPool(Pool2d.Mode.AVERAGE),
                    new Dropout.Spec(0.25f),
                    new Dense.Spec(10, true, Init.HE, false),
                    new Dense.Spec(3, false, Init.SMALL, true)),
                LossKind.SIGMOID));
  }

  private static Conv2d.Spec conv(
      int filters, Window window, boolean bias, boolean flip, Init init, boolean frozen) {
    return new Conv2d.Spec(filters, window, bias, flip, init, frozen);
  }

  @Test
  void normalisationAndLossMayBeLeftOut() {
    ModelSpec spec = ModelSpec.parse("input 1x1x4\ndense units=2");
    assertThat(spec.normalization()).isEqualTo(new Normalization(0f, 1f));
    assertThat(spec.outputs().get(0).loss()).isEqualTo(LossKind.SOFTMAX);
  }

  @Test
  void readingWhatWasWrittenGivesTheSameModel() {
    SplittableRandom random = new SplittableRandom(20260101);
    for (int i = 0; i < 2000; i++) {
      ModelSpec spec = randomSpec(random);
      assertThat(ModelSpec.parse(spec.toText())).isEqualTo(spec);
    }
  }

  private static ModelSpec randomSpec(SplittableRandom random) {
    List<LayerSpec> layers = new ArrayList<>();
    int count = random.nextInt(1, 12);
    for (int i = 0; i < count; i++) {
      layers.add(randomLayer(random));
    }
    return new ModelSpec(
        new Shape(random.nextInt(1, 300), random.nextInt(1, 300), random.nextInt(1, 9)),
        new Normalization(anyFloat(random), Math.abs(anyFloat(random)) + Float.MIN_VALUE),
        layers,
        LossKind.values()[random.nextInt(3)]);
  }

  private static LayerSpec randomLayer(SplittableRandom random) {
    Init init = Init.values()[random.nextInt(Init.values().length)];
    return switch (random.nextInt(11)) {
      case 0 ->
          new Conv2d.Spec(
              random.nextInt(1, 1 << random.nextInt(1, 26)),
              randomWindow(random),
              random.nextBoolean(),
              random.nextBoolean(),
              init,
              random.nextBoolean());
      case 1 -> new Pool2d.Spec(Pool2d.Mode.values()[random.nextInt(2)], randomWindow(random));
      case 2 -> new Activation.Spec(Activation.Function.values()[random.nextInt(3)]);
      case 3 -> new Flatten();
      case 9 -> new Pointwise.Spec(Curve.values()[random.nextInt(8)], anyFloat(random));
      case 4 ->
          new Dense.Spec(
              random.nextInt(1, 1 << random.nextInt(1, 26)),
              random.nextBoolean(),
              init,
              random.nextBoolean());
      case 5 ->
          new GroupNorm.Spec(
              random.nextInt(1, 9), random.nextFloat() + Float.MIN_VALUE, random.nextBoolean());
      case 6 -> new LayerNorm.Spec(random.nextFloat() + Float.MIN_VALUE, random.nextBoolean());
      case 7 -> new GlobalPool(Pool2d.Mode.values()[random.nextInt(2)]);
      case 8 ->
          new BatchNorm.Spec(
              1f - random.nextInt(100) / 100f,
              random.nextFloat() + Float.MIN_VALUE,
              random.nextBoolean());
      default -> new Dropout.Spec((float) random.nextDouble(0, 0.9999));
    };
  }

  private static Window randomWindow(SplittableRandom random) {
    Padding padding =
        switch (random.nextInt(5)) {
          case 0 -> Padding.VALID;
          case 1 -> Padding.SAME;
          case 2 -> Padding.SAME_HEAD;
          case 3 -> Padding.of(2, 2, random.nextInt(3), 2);
          default ->
              Padding.of(
                  random.nextInt(4), random.nextInt(4), random.nextInt(4), random.nextInt(4));
        };
    return new Window(
        random.nextInt(1, 40), random.nextInt(1, 40), random.nextInt(1, 9), 1, padding);
  }

  private static float anyFloat(SplittableRandom random) {
    float value = Float.intBitsToFloat(random.nextInt());
    return Float.isFinite(value) && Math.abs(value) < 1e38f ? value : -0.0f;
  }

  @Test
  void mutatedTextsEndInAClearErrorOrInAModelThatCanBeSummarised() {
    SplittableRandom random = new SplittableRandom(6);
    int models = 0;
    for (int i = 0; i < 10_000; i++) {
      StringBuilder text = new StringBuilder(randomSpec(random).toText());
      for (int edits = random.nextInt(1, 4); edits > 0; edits--) {
        mutate(text, random);
      }
      try {
        ModelSpec spec = ModelSpec.parse(text.toString());
        assertThat(ModelSpec.parse(spec.toText())).isEqualTo(spec);
        models++;
        ModelSummary.of(spec);
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).contains("got").contains("expected").hasSizeLessThan(500);
      }
    }
    assertThat(models).as("mutants that are models").isBetween(100, 9_900);
  }

  private static void mutate(StringBuilder text, SplittableRandom random) {
    int at = random.nextInt(text.length());
    int length = Math.min(random.nextInt(1, 12), text.length() - at);
    switch (random.nextInt(7)) {
      case 0 -> text.setCharAt(at, (char) random.nextInt(0x21, 0x7f));
      case 1 -> text.setCharAt(at, (char) random.nextInt());
      case 2 -> text.delete(at, at + length);
      case 3 -> text.insert(at, text.substring(at, at + length));
      case 4 -> text.insert(at, random.nextInt());
      case 5 -> text.insert(at, "x,=-. \n#\t\0".charAt(random.nextInt(10)));
      default -> text.insert(at, "9".repeat(random.nextInt(1, 60)));
    }
    if (text.length() == 0) {
      text.append('?');
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "conv2 filters=8 kernel=3 | got unknown layer 'conv2', expected conv2d, maxpool, avgpool, globalMaxPool, globalAveragePool, relu, sigmoid, tanh, leakyRelu, relu6, elu, gelu, silu, hardSwish, hardSigmoid, softplus, flatten, dense, batchNorm, groupNorm, layerNorm, dropout, add or concat; did you mean 'conv2d'?",
        "zzzzzzzz | got unknown layer 'zzzzzzzz', expected conv2d, maxpool, avgpool, globalMaxPool, globalAveragePool, relu, sigmoid, tanh, leakyRelu, relu6, elu, gelu, silu, hardSwish, hardSigmoid, softplus, flatten, dense, batchNorm, groupNorm, layerNorm, dropout, add or concat",
        "conv2d filter=8 kernel=3 | conv2d: got unknown setting 'filter', expected filters, kernel, stride, padding, bias, flip, init, frozen, name or from; did you mean 'filters'?",
        "conv2d kernel=3 | conv2d: got no filters, expected it, for example 'conv2d filters=8'",
        "conv2d filters=8 | conv2d: got no kernel, expected it, for example 'conv2d kernel=3x3'",
        "conv2d filters=0 kernel=3 | conv2d: got filters=0, expected a whole number from 1 to 67108864",
        "conv2d filters=99999999999 kernel=3 | conv2d: got filters=99999999999, expected a whole number from 1 to 67108864",
        "conv2d filters=8 kernel=3x3x3 | conv2d: got kernel=3x3x3, expected HEIGHTxWIDTH or one number, each from 1 to 32768",
        "conv2d filters=8 kernel=0x3 | conv2d: got kernel=0x3, expected HEIGHTxWIDTH or one number, each from 1 to 32768",
        "conv2d filters=8 kernel=3 padding=1,2,3 | conv2d: got padding=1,2,3, expected same, same-head, valid, a number, 2x1 or top,bottom,left,right",
        "conv2d filters=8 kernel=3 padding=smae | conv2d: got padding=smae, expected valid, same or same-head; did you mean 'same'?",
        "conv2d filters=8 kernel=3 bias=yes | conv2d: got bias=yes, expected true or false",
        "conv2d filters=8 filters=8 kernel=3 | conv2d: got setting 'filters' twice, expected it once",
        "dense units=ten | dense: got units=ten, expected a whole number from 1 to 67108864",
        "dense units | dense: got setting 'units' without a value, expected units=VALUE",
        "dense units=1 init=hi | dense: got init=hi, expected he, xavier, small, zero or one; did you mean 'he'?",
        "dropout rate=1 | dropout: got rate 1.0, expected 0 <= rate < 1",
        "dropout rate=NaN | dropout: got rate=NaN, expected a number such as 0.5",
        "dropout rate=1e99 | dropout: got rate=1e99, expected a number such as 0.5",
        "groupNorm | groupNorm: got no groups, expected it, for example 'groupNorm groups=8'",
        "groupNorm groups=0 | groupNorm: got groups=0, expected a whole number from 1 to 67108864",
        "groupNorm groups=1 epsilon=0 | groupNorm: got epsilon 0.0, expected more than 0, for example 1e-5",
        "batchNorm momentum=0 | batchNorm: got momentum 0.0, expected more than 0 and at most 1, for example 0.1; frozen leaves the running mean and variance alone",
        "batchNorm momentum=1.5 | batchNorm: got momentum 1.5, expected more than 0 and at most 1, for example 0.1; frozen leaves the running mean and variance alone",
        "batchNorm epsilon=-1 | batchNorm: got epsilon -1.0, expected more than 0, for example 1e-5",
        "layerNorm groups=1 | layerNorm: got unknown setting 'groups', expected epsilon, frozen, name or from",
        "globalAvgPool | got unknown layer 'globalAvgPool', expected conv2d, maxpool, avgpool, globalMaxPool, globalAveragePool, relu, sigmoid, tanh, leakyRelu, relu6, elu, gelu, silu, hardSwish, hardSigmoid, softplus, flatten, dense, batchNorm, groupNorm, layerNorm, dropout, add or concat; did you mean 'globalMaxPool'?",
        "leakyRelu slope=1 | leakyRelu: got unknown setting 'slope', expected negativeSlope, name or from",
        "leakyRelu negativeSlope=x | leakyRelu: got negativeSlope=x, expected a number such as 0.01",
        "leakyrelu | got unknown layer 'leakyrelu', expected conv2d, maxpool, avgpool, globalMaxPool, globalAveragePool, relu, sigmoid, tanh, leakyRelu, relu6, elu, gelu, silu, hardSwish, hardSigmoid, softplus, flatten, dense, batchNorm, groupNorm, layerNorm, dropout, add or concat; did you mean 'leakyRelu'?",
        "relu slope=1 | relu: got unknown setting 'slope', expected name or from",
        "loss softmx | loss: got 'softmx', expected softmax, sigmoid or squared; did you mean 'softmax'?",
        "loss | loss: got '', expected softmax, sigmoid or squared",
        "input 28x28x1 | input: got a second one, expected it once; several have names, as in 'input left 28x28x1'",
        "input | shape: got '', expected HEIGHTxWIDTHxCHANNELS, for example 28x28x1",
        "normalize mean=0 deviation=0 | normalization: got mean 0.0, deviation 0.0, expected a finite mean and a positive deviation, for example 0.1307 and 0.3081",
        "normalise mean=0 | got unknown layer 'normalise', expected conv2d, maxpool, avgpool, globalMaxPool, globalAveragePool, relu, sigmoid, tanh, leakyRelu, relu6, elu, gelu, silu, hardSwish, hardSigmoid, softplus, flatten, dense, batchNorm, groupNorm, layerNorm, dropout, add or concat; did you mean 'normalize'?",
      })
  void mistakesAreNamedWithLineAndCure(String line, String message) {
    assertThatThrownBy(() -> ModelSpec.parse("input 28x28x1\n\n" + line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model line 3: " + message);
  }

  @Test
  void aModelNeedsAnInputAndALayer() {
    assertThatThrownBy(() -> ModelSpec.parse("relu"))
        .hasMessage("model: got no input line, expected one such as 'input 28x28x1'");
    assertThatThrownBy(() -> ModelSpec.parse("input 1x1x1"))
        .hasMessage("model: got no layers, expected at least one, for example 'dense units=10'");
  }

  @Test
  void largeTextsAreRefused() {
    assertThatThrownBy(() -> ModelSpec.parse("#".repeat(ModelSpec.MAX_TEXT + 1)))
        .hasMessageStartingWith(
            "model: got a text of 1048577 characters, expected at most 1048576");
    String many = "relu\n".repeat(ModelSpec.MAX_LAYERS);
    assertThat(ModelSpec.parse("input 1x1x1\n" + many).layers()).hasSize(ModelSpec.MAX_LAYERS);
    assertThatThrownBy(() -> ModelSpec.parse("input 1x1x1\n" + many + "relu"))
        .hasMessage(
            "model line 10002: model: got more than 10000 layers, expected at most that many");
  }

  @Test
  void messagesStayShortAndPrintable() {
    assertThatThrownBy(() -> ModelSpec.parse("input 1x1x1\n" + "x\u0007".repeat(5000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(350).doesNotContain("\u0007"));
    assertThatThrownBy(() -> ModelSpec.parse("input " + "9".repeat(5000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
  }
}
