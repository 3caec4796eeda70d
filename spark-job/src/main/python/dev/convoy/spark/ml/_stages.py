"""The estimator and its model, in Python."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Union

import numpy as np
from pyspark.ml.classification import (
    _JavaProbabilisticClassificationModel,
    _JavaProbabilisticClassifier,
)
from pyspark.ml.linalg import DenseVector, Vector, Vectors
from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.sql import SparkSession, is_remote

from dev.convoy.spark.ml._params import ClassifierArguments, ModelParams
from dev.convoy.spark.ml._summary import ConvoyTrainingSummary

_PACKAGE = "dev.convoy.spark.ml"

Features = Union[Vector, Sequence[float], np.ndarray]


def _java_class(name: str) -> Any:
    """A class of the jar in the JVM of this session, or an error that says what is missing."""
    if is_remote():
        return None
    from pyspark import SparkContext
    from py4j.java_gateway import JavaClass

    context = SparkContext._active_spark_context
    if context is None:
        raise RuntimeError(
            "no Spark session is running, expected one with Convoy's jar: call convoy.start(), or "
            "SparkSession.builder.config('spark.jars', convoy.jar_path()).getOrCreate() first"
        )
    found: Any = context._jvm
    for part in f"{_PACKAGE}.{name}".split("."):
        found = getattr(found, part)
    if not isinstance(found, JavaClass):
        raise RuntimeError(
            "this Spark session does not have Convoy's jar: stop it, then start it by "
            "convoy.start(), or with config('spark.jars', convoy.jar_path()); jars cannot be added "
            "to a session that runs"
        )
    return found


def _vector(features: Any) -> Any:
    if isinstance(features, Vector):
        return features
    return Vectors.dense(np.asarray(features, dtype=float).ravel())


class ConvoyClassifier(
    ClassifierArguments,
    _JavaProbabilisticClassifier["ConvoyClassificationModel"],
    JavaMLWritable,
    JavaMLReadable["ConvoyClassifier"],
):
    __module__ = _PACKAGE  # pyspark derives the Java class from it
    __doc__ = f"""
    Trains a convolutional network on the rows of a DataFrame.

    An estimator like Spark's own, for Pipeline, CrossValidator, TrainValidationSplit and
    OneVsRest. The features are a Vector, an array of numbers, binary (raw bytes
    ``[height][width][channel]``, or an encoded image) or Spark's image struct; labels are numbers
    from 0. The same rows in the same order (see ``keyCol``), with the same settings and seed, end
    in the same weights, bit for bit, whatever the partitions.
    {ClassifierArguments.__doc__}
    Examples
    --------
    >>> classifier = ConvoyClassifier(model="lenet5", epochs=3, keyCol="id")
    >>> model = classifier.fit(digits)
    >>> model.summary.loss.plot()
    """

    def _begin(self) -> None:
        _java_class("ConvoyClassifier")
        self._java_obj = self._new_java_obj(f"{_PACKAGE}.ConvoyClassifier", self.uid)

    def _create_model(self, java_model: Any) -> "ConvoyClassificationModel":
        return ConvoyClassificationModel(java_model)


class ConvoyClassificationModel(
    ModelParams,
    _JavaProbabilisticClassificationModel[Vector],
    JavaMLWritable,
    JavaMLReadable["ConvoyClassificationModel"],
):
    """
    A network that :class:`ConvoyClassifier` trained.

    ``transform`` appends the natural logarithms of the probabilities (``rawPrediction``), the
    probabilities and the prediction, on static and on streaming DataFrames alike.
    """

    __module__ = _PACKAGE

    def __init__(self, java_model: Optional[Any] = None) -> None:
        super().__init__(java_model)
        if java_model is not None and not is_remote():
            # Columns that the job named are set in Java only.
            self._transfer_params_from_java()

    @classmethod
    def fromRun(cls, path: str) -> "ConvoyClassificationModel":
        """
        Reads a network that the command line trained.

        Parameters
        ----------
        path : str
            A model file, or the folder of a run, on any Hadoop file system.

        Raises
        ------
        pyspark.errors.IllegalArgumentException
            If there is none, it is damaged, or it has several inputs or outputs.
        """
        if is_remote():
            raise NotImplementedError(
                "fromRun: got a Spark Connect session, whose server takes no such call; expected a "
                "classic session. Save the model there, and load it here"
            )
        return cls(_java_class("ConvoyClassificationModel").fromRun(str(path)))

    @property
    def hasSummary(self) -> bool:
        """False for a model that was loaded."""
        return not is_remote() and bool(self._java_obj.hasSummary())

    @property
    def summary(self) -> ConvoyTrainingSummary:
        """
        How training went.

        Raises
        ------
        RuntimeError
            For a model that was loaded, and over Spark Connect.
        """
        if is_remote():
            raise RuntimeError("summary: Spark Connect's server does not hand it out")
        if not self.hasSummary:
            raise RuntimeError("no training summary: this model was loaded, not trained")
        return ConvoyTrainingSummary(self._java_obj.summary())

    @property
    def classNames(self) -> List[str]:
        """What the classes are called, by their numbers; empty if they have none. Not over Spark Connect."""
        if is_remote():
            raise RuntimeError("classNames: Spark Connect's server does not hand it out")
        return list(self._call_java("classNames"))

    @property
    def weightsSha256(self) -> str:
        """SHA-256 of the weights, as the command line prints it; not over Spark Connect."""
        if is_remote():
            raise RuntimeError("weightsSha256: Spark Connect's server does not hand it out")
        return self._call_java("weightsSha256")

    def register(self, name: str) -> None:
        """
        Makes two SQL functions: ``name(features)`` and ``name_probability(features)``.

        SQL calls them row by row; ``transform`` is several times faster.
        """
        session = SparkSession.getActiveSession()
        if is_remote() or session is None:
            raise RuntimeError("register: expected a classic Spark session that is active")
        self._transfer_params_to_java()
        self._java_obj.register(session._jsparkSession, name)

    def predict(self, value: Features) -> float:
        """Class of one example, whose features are a Vector, a list or an array of numbers."""
        return super().predict(_vector(value))

    def predictRaw(self, value: Features) -> Vector:
        """Logarithms of the probabilities of one example."""
        return super().predictRaw(_vector(value))

    def predictProbability(self, value: Features) -> DenseVector:
        """Probabilities of one example."""
        return super().predictProbability(_vector(value))
