package dev.convoy.engine.layer;

import dev.convoy.engine.layer.Activation.Function;
import dev.convoy.engine.layer.Pool2d.Mode;
import java.util.List;
import java.util.Optional;

/** All kinds of layers, in the order in which errors list them. A new layer is a line here. */
public final class LayerTypes {
  private static final List<LayerType> ALL =
      List.of(
          LayerType.of("conv2d", Conv2d.Spec::read, Conv2d.Spec.SETTINGS),
          LayerType.of("maxpool", text -> Pool2d.Spec.read(Mode.MAX, text), Pool2d.Spec.SETTINGS),
          LayerType.of(
              "avgpool", text -> Pool2d.Spec.read(Mode.AVERAGE, text), Pool2d.Spec.SETTINGS),
          LayerType.of("globalMaxPool", text -> new GlobalPool(Mode.MAX)),
          LayerType.of("globalAveragePool", text -> new GlobalPool(Mode.AVERAGE)),
          LayerType.of("relu", text -> new Activation.Spec(Function.RELU)),
          LayerType.of("sigmoid", text -> new Activation.Spec(Function.SIGMOID)),
          LayerType.of("tanh", text -> new Activation.Spec(Function.TANH)),
          Pointwise.Spec.type(Curve.LEAKY_RELU),
          Pointwise.Spec.type(Curve.RELU6),
          Pointwise.Spec.type(Curve.ELU),
          Pointwise.Spec.type(Curve.GELU),
          Pointwise.Spec.type(Curve.SILU),
          Pointwise.Spec.type(Curve.HARD_SWISH),
          Pointwise.Spec.type(Curve.HARD_SIGMOID),
          Pointwise.Spec.type(Curve.SOFTPLUS),
          LayerType.of("flatten", text -> new Flatten()),
          LayerType.of("dense", Dense.Spec::read, Dense.Spec.SETTINGS),
          LayerType.of("batchNorm", BatchNorm.Spec::read, BatchNorm.Spec.SETTINGS),
          LayerType.of("groupNorm", GroupNorm.Spec::read, GroupNorm.Spec.SETTINGS),
          LayerType.of("layerNorm", LayerNorm.Spec::read, LayerNorm.Spec.SETTINGS),
          LayerType.of("dropout", Dropout.Spec::read, "rate"),
          LayerType.of("add", text -> new Join.Add()),
          LayerType.of("concat", text -> new Join.Concat()));

  private LayerTypes() {}

  /** Their names. */
  public static List<String> names() {
    return ALL.stream().map(LayerType::name).toList();
  }

  /** The kind of this name. */
  public static Optional<LayerType> find(String name) {
    return ALL.stream().filter(type -> type.name().equals(name)).findFirst();
  }
}
