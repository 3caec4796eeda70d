"""What works in a classic session and over Spark Connect alike."""

from __future__ import annotations

import pytest
from conftest import CLASSES, JOB
from convoy import ConvoyClassificationModel, ConvoyClassifier
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import StringIndexer
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit


def predictions(model, table):
    return [row.prediction for row in model.transform(table).orderBy("id").collect()]


def probabilities(model, table):
    rows = model.transform(table).orderBy("id").collect()
    return [tuple(row.probability.toArray()) for row in rows]


def test_learns_and_appends_three_columns(classifier, digits):
    predicted = classifier.setEpochs(8).fit(digits).transform(digits)
    assert predicted.columns == [*digits.columns, "rawPrediction", "probability", "prediction"]
    rows = predicted.toPandas()
    assert (rows["prediction"] == rows["label"]).mean() > 0.9
    assert sum(rows["probability"][0].toArray()) == pytest.approx(1.0)


def test_same_params_give_the_same_weights(classifier, digits):
    other = ConvoyClassifier(model=JOB % CLASSES, keyCol="id")
    again = other.fit(digits.repartition(3))
    assert probabilities(classifier.fit(digits), digits) == probabilities(again, digits)


def test_is_saved_and_loaded(classifier, digits, tmp_path):
    classifier.setEpochs(1).setLearningRate(0.125).write().overwrite().save(str(tmp_path / "c"))
    again = ConvoyClassifier.load(str(tmp_path / "c"))
    assert (again.uid, again.getEpochs(), again.getLearningRate()) == (classifier.uid, 1, 0.125)
    model = again.fit(digits)
    model.write().overwrite().save(str(tmp_path / "m"))
    loaded = ConvoyClassificationModel.load(str(tmp_path / "m"))
    assert (loaded.uid, loaded.numClasses, loaded.numFeatures) == (model.uid, CLASSES, 36)
    assert probabilities(loaded, digits) == probabilities(model, digits)


def test_works_in_a_saved_pipeline(classifier, digits, tmp_path):
    named = digits.selectExpr("id", "features", "concat('class ', cast(label as string)) as name")
    indexer = StringIndexer(inputCol="name", outputCol="index", stringOrderType="alphabetAsc")
    pipeline = Pipeline(stages=[indexer, classifier.setLabelCol("index")])
    pipeline.write().overwrite().save(str(tmp_path / "p"))
    model = Pipeline.load(str(tmp_path / "p")).fit(named)
    model.write().overwrite().save(str(tmp_path / "pm"))
    loaded = PipelineModel.load(str(tmp_path / "pm"))
    assert isinstance(loaded.stages[1], ConvoyClassificationModel)
    assert predictions(loaded, named) == predictions(model, named)


def test_cross_validator_finds_the_better_rate(classifier, digits):
    grid = ParamGridBuilder().addGrid(classifier.learningRate, [1e-6, 0.05]).build()
    validator = CrossValidator(
        estimator=classifier.setEpochs(6),
        estimatorParamMaps=grid,
        evaluator=MulticlassClassificationEvaluator(metricName="accuracy"),
        numFolds=2,
        seed=1,
    )
    tuned = validator.fit(digits)
    assert tuned.avgMetrics[1] > tuned.avgMetrics[0]
    assert predictions(tuned.bestModel, digits) == predictions(tuned, digits)


def test_train_validation_split_finds_the_better_rate(classifier, digits):
    grid = ParamGridBuilder().addGrid(classifier.learningRate, [1e-6, 0.05]).build()
    evaluator = MulticlassClassificationEvaluator(metricName="accuracy")
    split = TrainValidationSplit(
        estimator=classifier.setEpochs(6), estimatorParamMaps=grid, evaluator=evaluator, seed=1
    )
    better = split.fit(digits)
    assert better.validationMetrics[1] > better.validationMetrics[0]


def test_a_mistake_is_told_as_in_java(digits):
    with pytest.raises(Exception, match="got 'lenet6', expected a built-in job.*lenet5"):
        ConvoyClassifier(model="lenet6").fit(digits)
