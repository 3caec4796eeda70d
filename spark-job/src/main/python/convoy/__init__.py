"""
Convoy: convolutional networks on Apache Spark, data-parallel, in pure Java.

>>> import convoy
>>> spark = convoy.start("local[2]")
>>> model = convoy.ConvoyClassifier(model="lenet5", epochs=3, keyCol="id").fit(digits)
"""

from convoy._commands import CommandFailed, InvalidInput, Report, Run, evaluate, report, train
from convoy._session import jar_path, start
from dev.convoy.spark.ml import ConvoyClassificationModel, ConvoyClassifier, ConvoyTrainingSummary

__all__ = [
    "CommandFailed",
    "ConvoyClassificationModel",
    "ConvoyClassifier",
    "ConvoyTrainingSummary",
    "InvalidInput",
    "Report",
    "Run",
    "evaluate",
    "jar_path",
    "report",
    "start",
    "train",
]
