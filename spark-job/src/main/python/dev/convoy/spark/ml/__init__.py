"""Spark ML stages of Convoy; the package is named as Java's, because pyspark expects it so."""

from dev.convoy.spark.ml._stages import ConvoyClassificationModel, ConvoyClassifier
from dev.convoy.spark.ml._summary import ConvoyTrainingSummary

__all__ = ["ConvoyClassificationModel", "ConvoyClassifier", "ConvoyTrainingSummary"]
