package dev.convoy.spark.ml;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.job.BuiltInJobs;
import dev.convoy.spark.job.JobFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;

/** Writes Python's side of the Params of the stages. */
final class PythonParams {
  /** What pyspark's own base classes declare. */
  private static final Set<String> OF_SPARK =
      Set.of(
          "featuresCol",
          "labelCol",
          "predictionCol",
          "rawPredictionCol",
          "probabilityCol",
          "thresholds");

  private static final String HEAD =
      """
      #
      # Made from the Java Params by PythonParamsTest; do not edit. To write it anew, run that test
      # with -Dconvoy.python.write=true.
      #
      \"""Params of the stages: declarations, keyword arguments, getters and setters.\"""

      from __future__ import annotations

      from typing import Any, Dict, List, Optional

      from pyspark.ml.param import Param, Params

      from dev.convoy.spark.ml._convert import (
          keyword_only,
          to_boolean,
          to_float,
          to_int,
          to_list_float,
          to_list_string,
          to_string,
      )
      """;

  private PythonParams() {}

  /** How Python holds the values of a Param. */
  private record Kind(String type, String converter) {
    static Kind of(Param<?> param) {
      if (param instanceof IntParam || param instanceof LongParam) {
        return new Kind("int", "to_int");
      }
      if (param instanceof DoubleParam) {
        return new Kind("float", "to_float");
      }
      if (param instanceof BooleanParam) {
        return new Kind("bool", "to_boolean");
      }
      if (param instanceof StringArrayParam) {
        return new Kind("List[str]", "to_list_string");
      }
      if (param instanceof DoubleArrayParam) {
        return new Kind("List[float]", "to_list_float");
      }
      if (param.getClass() == Param.class) {
        return new Kind("str", "to_string");
      }
      throw new IllegalStateException(
          param.name() + ": no Python type is known for " + param.getClass().getName());
    }
  }

  static String module() {
    return HEAD + estimator(new ConvoyClassifier("any")) + model(anyModel());
  }

  private static ConvoyClassificationModel anyModel() {
    String name = BuiltInJobs.NAMES.get(0);
    ModelSpec spec = JobFile.read(name, BuiltInJobs.yaml(name), name, List.of()).config().model();
    Network network = new Network(spec);
    return new ConvoyClassificationModel(
        "any", new TrainedModel(spec, network.outputs(), network.initialWeights(1)));
  }

  private static String estimator(Params stage) {
    List<Param<?>> own = own(stage);
    List<Param<?>> all = Stream.concat(ofSpark(stage).stream(), own.stream()).toList();
    return params("ClassifierParams", stage, own)
        + "\n\nclass ClassifierArguments(ClassifierParams):\n"
        + "    \"\"\"\n    Parameters\n    ----------\n"
        + each(all, param -> documented(stage, param))
        + "    \"\"\"\n\n"
        + "    @keyword_only\n    def __init__(\n        self,\n        *,\n"
        + each(all, param -> argument(stage, param))
        + "    ) -> None:\n"
        + "        super().__init__()\n"
        + "        kwargs: Dict[str, Any] = self._input_kwargs\n"
        + "        self._begin()\n"
        + "        self.setParams(**kwargs)\n\n"
        + "    def _begin(self) -> None:\n"
        + "        \"\"\"Constructs the Java object.\"\"\"\n"
        + "        raise NotImplementedError\n\n"
        + "    @keyword_only\n    def setParams(\n        self,\n        *,\n"
        + each(all, param -> argument(stage, param))
        + "    ) -> Any:\n"
        + "        \"\"\"Sets the Params that are given; they are those of the constructor.\"\"\"\n"
        + "        return self._set(**self._input_kwargs)\n"
        + each(own, PythonParams::setter);
  }

  private static String model(Params stage) {
    List<Param<?>> own = own(stage);
    return params("ModelParams", stage, own) + each(own, PythonParams::setter);
  }

  private static String params(String name, Params stage, List<Param<?>> own) {
    String defaults =
        own.stream()
            .filter(stage::hasDefault)
            .map(param -> "            " + param.name() + "=" + standard(stage, param) + ",\n")
            .collect(Collectors.joining());
    return "\n\nclass "
        + name
        + "(Params):\n    \"\"\"Params beyond those of Spark's own classifiers.\"\"\"\n\n"
        + each(own, PythonParams::declaration)
        + "\n    def __init__(self, *args: Any) -> None:\n"
        + "        super().__init__(*args)\n"
        + (defaults.isEmpty() ? "" : "        self._setDefault(\n" + defaults + "        )\n")
        + each(own, PythonParams::getter);
  }

  private static List<Param<?>> own(Params stage) {
    List<Param<?>> own = new ArrayList<>(List.of(stage.params()));
    own.removeIf(param -> OF_SPARK.contains(param.name()));
    return own;
  }

  private static List<Param<?>> ofSpark(Params stage) {
    return Stream.<Param<?>>of(stage.params())
        .filter(param -> OF_SPARK.contains(param.name()))
        .toList();
  }

  private static String each(List<Param<?>> params, Function<Param<?>, String> text) {
    return params.stream().map(text).collect(Collectors.joining());
  }

  private static String declaration(Param<?> param) {
    Kind kind = Kind.of(param);
    return "    %s: Param[%s] = Param(\n        Params._dummy(),\n        %s,\n        %s,\n        typeConverter=%s,\n    )\n"
        .formatted(
            param.name(), kind.type(), quoted(param.name()), quoted(param.doc()), kind.converter());
  }

  private static String documented(Params stage, Param<?> param) {
    boolean optional = standard(stage, param).equals("None");
    return "    %s : %s, %s\n        %s.\n"
        .formatted(
            param.name(),
            Kind.of(param).type(),
            optional ? "optional" : "default " + standard(stage, param),
            param.doc().replace("\\", "\\\\"));
  }

  private static String argument(Params stage, Param<?> param) {
    String standard = standard(stage, param);
    String type = Kind.of(param).type();
    return "        %s: %s = %s,\n"
        .formatted(
            param.name(), standard.equals("None") ? "Optional[" + type + "]" : type, standard);
  }

  private static String standard(Params stage, Param<?> param) {
    if (!stage.hasDefault(param)) {
      return "None";
    }
    Object value = stage.getDefault(param).get();
    if (value instanceof String text) {
      return quoted(text);
    }
    if (value instanceof Boolean bool) {
      return bool ? "True" : "False";
    }
    if (value instanceof Number number) {
      return number.toString();
    }
    throw new IllegalStateException(param.name() + ": a default that Python cannot be told");
  }

  private static String getter(Param<?> param) {
    return """

            def get%s(self) -> %s:
                \"""Value of ``%s``; a KeyError if it is neither set nor has a default.\"""
                return self.getOrDefault(self.%s)
        """
        .formatted(upper(param), Kind.of(param).type(), param.name(), param.name());
  }

  private static String setter(Param<?> param) {
    return """

            def set%s(self, value: %s) -> Any:
                \"""Sets ``%s``: %s.\"""
                return self._set(%s=value)
        """
        .formatted(
            upper(param),
            Kind.of(param).type(),
            param.name(),
            param.doc().replace("\\", "\\\\"),
            param.name());
  }

  private static String upper(Param<?> param) {
    return Character.toUpperCase(param.name().charAt(0)) + param.name().substring(1);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
