#
# Made from the Java Params by PythonParamsTest; do not edit. To write it anew, run that test
# with -Dconvoy.python.write=true.
#
"""Params of the stages: declarations, keyword arguments, getters and setters."""

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


class ClassifierParams(Params):
    """Params beyond those of Spark's own classifiers."""

    batchSize: Param[int] = Param(
        Params._dummy(),
        "batchSize",
        "examples a step (all tasks); a number from 1 to 10000000; if not set, what the model's job says, else 64",
        typeConverter=to_int,
    )
    checkpointDir: Param[str] = Param(
        Params._dummy(),
        "checkpointDir",
        "folder for checkpoints; a fit of the same data and job goes on where one ended early",
        typeConverter=to_string,
    )
    clipNorm: Param[float] = Param(
        Params._dummy(),
        "clipNorm",
        "largest norm of the mean gradient; 0: any; a number of 0 or more; if not set, what the model's job says, else 0",
        typeConverter=to_float,
    )
    epochs: Param[int] = Param(
        Params._dummy(),
        "epochs",
        "passes over the data; a number from 1 to 1000000; if not set, what the model's job says, else 10",
        typeConverter=to_int,
    )
    evaluateEvery: Param[int] = Param(
        Params._dummy(),
        "evaluateEvery",
        "epochs between validations; 0: never; a number of 0 or more; if not set, what the model's job says, else 1",
        typeConverter=to_int,
    )
    featuresScale: Param[float] = Param(
        Params._dummy(),
        "featuresScale",
        "number in a Vector or an array that stands for a full pixel: 255 for values 0 to 255, 1 for values that are inputs as they are; if not set, what the model's job says in data.columns.scale",
        typeConverter=to_float,
    )
    keyCol: Param[str] = Param(
        Params._dummy(),
        "keyCol",
        "column whose order is the order of the examples; if not set, what the model's job says in data.columns.key, else the order of the contents' hash",
        typeConverter=to_string,
    )
    learningRate: Param[float] = Param(
        Params._dummy(),
        "learningRate",
        "the peak, if a schedule varies it; default 0.001 for adam, adamw; a number above 0; if not set, what the model's job says, else 0.01",
        typeConverter=to_float,
    )
    maxSteps: Param[int] = Param(
        Params._dummy(),
        "maxSteps",
        "stop after this many steps; 0: no limit; a number of 0 or more; if not set, what the model's job says, else 0",
        typeConverter=to_int,
    )
    microBatch: Param[int] = Param(
        Params._dummy(),
        "microBatch",
        "examples a forward-backward call; a number from 1 to 4096; if not set, what the model's job says, else 32",
        typeConverter=to_int,
    )
    model: Param[str] = Param(
        Params._dummy(),
        "model",
        "network to train: a built-in job (lenet5, cnn32, seed-cnn, mlp or resnet20) or the YAML of a job, whose other sections count where no Param is set",
        typeConverter=to_string,
    )
    momentum: Param[float] = Param(
        Params._dummy(),
        "momentum",
        "for momentum, nesterov; a number from 0 to less than 1; if not set, what the model's job says, else 0.9",
        typeConverter=to_float,
    )
    optimizer: Param[str] = Param(
        Params._dummy(),
        "optimizer",
        "how gradients become weights; sgd, momentum, nesterov, adam, adamw; if not set, what the model's job says, else sgd",
        typeConverter=to_string,
    )
    partitions: Param[int] = Param(
        Params._dummy(),
        "partitions",
        "partitions of the RDD; 0: one a task slot, all in one task where that is one machine. Does not change the answer; a number from 0 to 100000; if not set, what the model's job says, else 0",
        typeConverter=to_int,
    )
    patience: Param[int] = Param(
        Params._dummy(),
        "patience",
        "validations without improvement before training stops and the best weights return; 0: never; a number of 0 or more; if not set, what the model's job says, else 0",
        typeConverter=to_int,
    )
    schedule: Param[str] = Param(
        Params._dummy(),
        "schedule",
        "how the learning rate goes; constant, step, cosine, polynomial, onecycle; if not set, what the model's job says, else constant",
        typeConverter=to_string,
    )
    seed: Param[int] = Param(
        Params._dummy(),
        "seed",
        "of everything random; a number; if not set, what the model's job says, else 1",
        typeConverter=to_int,
    )
    settings: Param[List[str]] = Param(
        Params._dummy(),
        "settings",
        "further keys of a job as key=value; 'summary --keys' lists them",
        typeConverter=to_list_string,
    )
    shards: Param[int] = Param(
        Params._dummy(),
        "shards",
        "logical shards that batches are drawn from. Part of the answer; a number from 1 to 1000000; if not set, what the model's job says, else 64",
        typeConverter=to_int,
    )
    validationFraction: Param[float] = Param(
        Params._dummy(),
        "validationFraction",
        "share of the training set held out for validation, drawn by the seed; a number from 0 to less than 1; if not set, what the model's job says, else 0.1",
        typeConverter=to_float,
    )
    validationIndicatorCol: Param[str] = Param(
        Params._dummy(),
        "validationIndicatorCol",
        "column that is true for rows to validate with; without it, validationFraction",
        typeConverter=to_string,
    )
    weightDecay: Param[float] = Param(
        Params._dummy(),
        "weightDecay",
        "L2; decoupled for adamw; not on biases, scales, shifts; a number of 0 or more; if not set, what the model's job says, else 0",
        typeConverter=to_float,
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._setDefault(
            featuresScale=255.0,
            model="lenet5",
        )

    def getBatchSize(self) -> int:
        """Value of ``batchSize``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.batchSize)

    def getCheckpointDir(self) -> str:
        """Value of ``checkpointDir``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.checkpointDir)

    def getClipNorm(self) -> float:
        """Value of ``clipNorm``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.clipNorm)

    def getEpochs(self) -> int:
        """Value of ``epochs``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.epochs)

    def getEvaluateEvery(self) -> int:
        """Value of ``evaluateEvery``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.evaluateEvery)

    def getFeaturesScale(self) -> float:
        """Value of ``featuresScale``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.featuresScale)

    def getKeyCol(self) -> str:
        """Value of ``keyCol``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.keyCol)

    def getLearningRate(self) -> float:
        """Value of ``learningRate``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.learningRate)

    def getMaxSteps(self) -> int:
        """Value of ``maxSteps``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.maxSteps)

    def getMicroBatch(self) -> int:
        """Value of ``microBatch``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.microBatch)

    def getModel(self) -> str:
        """Value of ``model``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.model)

    def getMomentum(self) -> float:
        """Value of ``momentum``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.momentum)

    def getOptimizer(self) -> str:
        """Value of ``optimizer``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.optimizer)

    def getPartitions(self) -> int:
        """Value of ``partitions``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.partitions)

    def getPatience(self) -> int:
        """Value of ``patience``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.patience)

    def getSchedule(self) -> str:
        """Value of ``schedule``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.schedule)

    def getSeed(self) -> int:
        """Value of ``seed``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.seed)

    def getSettings(self) -> List[str]:
        """Value of ``settings``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.settings)

    def getShards(self) -> int:
        """Value of ``shards``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.shards)

    def getValidationFraction(self) -> float:
        """Value of ``validationFraction``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.validationFraction)

    def getValidationIndicatorCol(self) -> str:
        """Value of ``validationIndicatorCol``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.validationIndicatorCol)

    def getWeightDecay(self) -> float:
        """Value of ``weightDecay``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.weightDecay)


class ClassifierArguments(ClassifierParams):
    """
    Parameters
    ----------
    featuresCol : str, default "features"
        features column name.
    labelCol : str, default "label"
        label column name.
    predictionCol : str, default "prediction"
        prediction column name.
    probabilityCol : str, default "probability"
        Column name for predicted class conditional probabilities. Note: Not all models output well-calibrated probability estimates! These probabilities should be treated as confidences, not precise probabilities.
    rawPredictionCol : str, default "rawPrediction"
        raw prediction (a.k.a. confidence) column name.
    thresholds : List[float], optional
        Thresholds in multi-class classification to adjust the probability of predicting each class. Array must have length equal to the number of classes, with values > 0 excepting that at most one value may be 0. The class with largest value p/t is predicted, where p is the original probability of that class and t is the class's threshold.
    batchSize : int, optional
        examples a step (all tasks); a number from 1 to 10000000; if not set, what the model's job says, else 64.
    checkpointDir : str, optional
        folder for checkpoints; a fit of the same data and job goes on where one ended early.
    clipNorm : float, optional
        largest norm of the mean gradient; 0: any; a number of 0 or more; if not set, what the model's job says, else 0.
    epochs : int, optional
        passes over the data; a number from 1 to 1000000; if not set, what the model's job says, else 10.
    evaluateEvery : int, optional
        epochs between validations; 0: never; a number of 0 or more; if not set, what the model's job says, else 1.
    featuresScale : float, default 255.0
        number in a Vector or an array that stands for a full pixel: 255 for values 0 to 255, 1 for values that are inputs as they are; if not set, what the model's job says in data.columns.scale.
    keyCol : str, optional
        column whose order is the order of the examples; if not set, what the model's job says in data.columns.key, else the order of the contents' hash.
    learningRate : float, optional
        the peak, if a schedule varies it; default 0.001 for adam, adamw; a number above 0; if not set, what the model's job says, else 0.01.
    maxSteps : int, optional
        stop after this many steps; 0: no limit; a number of 0 or more; if not set, what the model's job says, else 0.
    microBatch : int, optional
        examples a forward-backward call; a number from 1 to 4096; if not set, what the model's job says, else 32.
    model : str, default "lenet5"
        network to train: a built-in job (lenet5, cnn32, seed-cnn, mlp or resnet20) or the YAML of a job, whose other sections count where no Param is set.
    momentum : float, optional
        for momentum, nesterov; a number from 0 to less than 1; if not set, what the model's job says, else 0.9.
    optimizer : str, optional
        how gradients become weights; sgd, momentum, nesterov, adam, adamw; if not set, what the model's job says, else sgd.
    partitions : int, optional
        partitions of the RDD; 0: one a task slot, all in one task where that is one machine. Does not change the answer; a number from 0 to 100000; if not set, what the model's job says, else 0.
    patience : int, optional
        validations without improvement before training stops and the best weights return; 0: never; a number of 0 or more; if not set, what the model's job says, else 0.
    schedule : str, optional
        how the learning rate goes; constant, step, cosine, polynomial, onecycle; if not set, what the model's job says, else constant.
    seed : int, optional
        of everything random; a number; if not set, what the model's job says, else 1.
    settings : List[str], optional
        further keys of a job as key=value; 'summary --keys' lists them.
    shards : int, optional
        logical shards that batches are drawn from. Part of the answer; a number from 1 to 1000000; if not set, what the model's job says, else 64.
    validationFraction : float, optional
        share of the training set held out for validation, drawn by the seed; a number from 0 to less than 1; if not set, what the model's job says, else 0.1.
    validationIndicatorCol : str, optional
        column that is true for rows to validate with; without it, validationFraction.
    weightDecay : float, optional
        L2; decoupled for adamw; not on biases, scales, shifts; a number of 0 or more; if not set, what the model's job says, else 0.
    """

    @keyword_only
    def __init__(
        self,
        *,
        featuresCol: str = "features",
        labelCol: str = "label",
        predictionCol: str = "prediction",
        probabilityCol: str = "probability",
        rawPredictionCol: str = "rawPrediction",
        thresholds: Optional[List[float]] = None,
        batchSize: Optional[int] = None,
        checkpointDir: Optional[str] = None,
        clipNorm: Optional[float] = None,
        epochs: Optional[int] = None,
        evaluateEvery: Optional[int] = None,
        featuresScale: float = 255.0,
        keyCol: Optional[str] = None,
        learningRate: Optional[float] = None,
        maxSteps: Optional[int] = None,
        microBatch: Optional[int] = None,
        model: str = "lenet5",
        momentum: Optional[float] = None,
        optimizer: Optional[str] = None,
        partitions: Optional[int] = None,
        patience: Optional[int] = None,
        schedule: Optional[str] = None,
        seed: Optional[int] = None,
        settings: Optional[List[str]] = None,
        shards: Optional[int] = None,
        validationFraction: Optional[float] = None,
        validationIndicatorCol: Optional[str] = None,
        weightDecay: Optional[float] = None,
    ) -> None:
        super().__init__()
        kwargs: Dict[str, Any] = self._input_kwargs
        self._begin()
        self.setParams(**kwargs)

    def _begin(self) -> None:
        """Constructs the Java object."""
        raise NotImplementedError

    @keyword_only
    def setParams(
        self,
        *,
        featuresCol: str = "features",
        labelCol: str = "label",
        predictionCol: str = "prediction",
        probabilityCol: str = "probability",
        rawPredictionCol: str = "rawPrediction",
        thresholds: Optional[List[float]] = None,
        batchSize: Optional[int] = None,
        checkpointDir: Optional[str] = None,
        clipNorm: Optional[float] = None,
        epochs: Optional[int] = None,
        evaluateEvery: Optional[int] = None,
        featuresScale: float = 255.0,
        keyCol: Optional[str] = None,
        learningRate: Optional[float] = None,
        maxSteps: Optional[int] = None,
        microBatch: Optional[int] = None,
        model: str = "lenet5",
        momentum: Optional[float] = None,
        optimizer: Optional[str] = None,
        partitions: Optional[int] = None,
        patience: Optional[int] = None,
        schedule: Optional[str] = None,
        seed: Optional[int] = None,
        settings: Optional[List[str]] = None,
        shards: Optional[int] = None,
        validationFraction: Optional[float] = None,
        validationIndicatorCol: Optional[str] = None,
        weightDecay: Optional[float] = None,
    ) -> Any:
        """Sets the Params that are given; they are those of the constructor."""
        return self._set(**self._input_kwargs)

    def setBatchSize(self, value: int) -> Any:
        """Sets ``batchSize``: examples a step (all tasks); a number from 1 to 10000000; if not set, what the model's job says, else 64."""
        return self._set(batchSize=value)

    def setCheckpointDir(self, value: str) -> Any:
        """Sets ``checkpointDir``: folder for checkpoints; a fit of the same data and job goes on where one ended early."""
        return self._set(checkpointDir=value)

    def setClipNorm(self, value: float) -> Any:
        """Sets ``clipNorm``: largest norm of the mean gradient; 0: any; a number of 0 or more; if not set, what the model's job says, else 0."""
        return self._set(clipNorm=value)

    def setEpochs(self, value: int) -> Any:
        """Sets ``epochs``: passes over the data; a number from 1 to 1000000; if not set, what the model's job says, else 10."""
        return self._set(epochs=value)

    def setEvaluateEvery(self, value: int) -> Any:
        """Sets ``evaluateEvery``: epochs between validations; 0: never; a number of 0 or more; if not set, what the model's job says, else 1."""
        return self._set(evaluateEvery=value)

    def setFeaturesScale(self, value: float) -> Any:
        """Sets ``featuresScale``: number in a Vector or an array that stands for a full pixel: 255 for values 0 to 255, 1 for values that are inputs as they are; if not set, what the model's job says in data.columns.scale."""
        return self._set(featuresScale=value)

    def setKeyCol(self, value: str) -> Any:
        """Sets ``keyCol``: column whose order is the order of the examples; if not set, what the model's job says in data.columns.key, else the order of the contents' hash."""
        return self._set(keyCol=value)

    def setLearningRate(self, value: float) -> Any:
        """Sets ``learningRate``: the peak, if a schedule varies it; default 0.001 for adam, adamw; a number above 0; if not set, what the model's job says, else 0.01."""
        return self._set(learningRate=value)

    def setMaxSteps(self, value: int) -> Any:
        """Sets ``maxSteps``: stop after this many steps; 0: no limit; a number of 0 or more; if not set, what the model's job says, else 0."""
        return self._set(maxSteps=value)

    def setMicroBatch(self, value: int) -> Any:
        """Sets ``microBatch``: examples a forward-backward call; a number from 1 to 4096; if not set, what the model's job says, else 32."""
        return self._set(microBatch=value)

    def setModel(self, value: str) -> Any:
        """Sets ``model``: network to train: a built-in job (lenet5, cnn32, seed-cnn, mlp or resnet20) or the YAML of a job, whose other sections count where no Param is set."""
        return self._set(model=value)

    def setMomentum(self, value: float) -> Any:
        """Sets ``momentum``: for momentum, nesterov; a number from 0 to less than 1; if not set, what the model's job says, else 0.9."""
        return self._set(momentum=value)

    def setOptimizer(self, value: str) -> Any:
        """Sets ``optimizer``: how gradients become weights; sgd, momentum, nesterov, adam, adamw; if not set, what the model's job says, else sgd."""
        return self._set(optimizer=value)

    def setPartitions(self, value: int) -> Any:
        """Sets ``partitions``: partitions of the RDD; 0: one a task slot, all in one task where that is one machine. Does not change the answer; a number from 0 to 100000; if not set, what the model's job says, else 0."""
        return self._set(partitions=value)

    def setPatience(self, value: int) -> Any:
        """Sets ``patience``: validations without improvement before training stops and the best weights return; 0: never; a number of 0 or more; if not set, what the model's job says, else 0."""
        return self._set(patience=value)

    def setSchedule(self, value: str) -> Any:
        """Sets ``schedule``: how the learning rate goes; constant, step, cosine, polynomial, onecycle; if not set, what the model's job says, else constant."""
        return self._set(schedule=value)

    def setSeed(self, value: int) -> Any:
        """Sets ``seed``: of everything random; a number; if not set, what the model's job says, else 1."""
        return self._set(seed=value)

    def setSettings(self, value: List[str]) -> Any:
        """Sets ``settings``: further keys of a job as key=value; 'summary --keys' lists them."""
        return self._set(settings=value)

    def setShards(self, value: int) -> Any:
        """Sets ``shards``: logical shards that batches are drawn from. Part of the answer; a number from 1 to 1000000; if not set, what the model's job says, else 64."""
        return self._set(shards=value)

    def setValidationFraction(self, value: float) -> Any:
        """Sets ``validationFraction``: share of the training set held out for validation, drawn by the seed; a number from 0 to less than 1; if not set, what the model's job says, else 0.1."""
        return self._set(validationFraction=value)

    def setValidationIndicatorCol(self, value: str) -> Any:
        """Sets ``validationIndicatorCol``: column that is true for rows to validate with; without it, validationFraction."""
        return self._set(validationIndicatorCol=value)

    def setWeightDecay(self, value: float) -> Any:
        """Sets ``weightDecay``: L2; decoupled for adamw; not on biases, scales, shifts; a number of 0 or more; if not set, what the model's job says, else 0."""
        return self._set(weightDecay=value)


class ModelParams(Params):
    """Params beyond those of Spark's own classifiers."""

    featuresScale: Param[float] = Param(
        Params._dummy(),
        "featuresScale",
        "number in a Vector or an array that stands for a full pixel",
        typeConverter=to_float,
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._setDefault(
            featuresScale=255.0,
        )

    def getFeaturesScale(self) -> float:
        """Value of ``featuresScale``; a KeyError if it is neither set nor has a default."""
        return self.getOrDefault(self.featuresScale)

    def setFeaturesScale(self, value: float) -> Any:
        """Sets ``featuresScale``: number in a Vector or an array that stands for a full pixel."""
        return self._set(featuresScale=value)
