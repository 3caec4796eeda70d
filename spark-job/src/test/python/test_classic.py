"""What needs the JVM of this process: classic sessions only."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from conftest import CLASSES, JOB, rows
from convoy import ConvoyClassificationModel, ConvoyClassifier
from pyspark.ml.classification import OneVsRest
from pyspark.ml.linalg import Vectors


@pytest.fixture(scope="module")
def model(spark, digits):
    return ConvoyClassifier(model=JOB % CLASSES, keyCol="id").fit(digits)


def test_has_the_params_and_defaults_of_java(classifier, model):
    # The model without its Java side: pyspark adds the Params that it finds there.
    for python, java in ((classifier, classifier._java_obj), (type(model)(), model._java_obj)):
        assert {p.name for p in python.params} == {p.name() for p in java.params()}
        with_default = {p.name for p in python.params if python.hasDefault(p)}
        assert with_default == {p.name() for p in java.params() if java.hasDefault(p)}


def test_takes_numbers_of_numpy_and_whole_numbers(digits):
    numbers = ConvoyClassifier(
        model=JOB % CLASSES,
        epochs=np.int64(1),
        learningRate=np.float32(0.5),
        featuresScale=255,
        seed=np.array(4),
        thresholds=np.array([0.5, 0.25, 0.25]),
    )
    assert (numbers.getEpochs(), numbers.getLearningRate(), numbers.getSeed()) == (1, 0.5, 4)
    assert numbers.fit(digits).getThresholds() == [0.5, 0.25, 0.25]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"epoch": 3}, "did you mean 'epochs'"),
        ({"epochs": 2.5}, "got 2.5, expected a whole number"),
        ({"epochs": True}, "got True, expected a whole number"),
        ({"learningRate": "fast"}, "got 'fast', expected a number"),
        ({"settings": "a=b"}, r"expected a list of texts, such as \['a=b'\]"),
    ],
)
def test_refuses_what_is_not_meant(spark, arguments, said):
    with pytest.raises(TypeError, match=said):
        ConvoyClassifier(**arguments)


def test_refuses_a_value_out_of_range(digits):
    with pytest.raises(Exception, match="epochs given invalid value 0"):
        ConvoyClassifier(epochs=0).fit(digits)


def test_summary_is_pandas(model):
    summary = model.summary
    assert model.hasSummary
    assert list(summary.loss.index) == list(range(1, summary.totalIterations + 1))
    assert summary.loss.iloc[-1] < summary.loss.iloc[0]
    assert summary.weightsSha256 == model.weightsSha256
    assert summary.reason == "epochs"
    assert list(summary.validations.columns) == ["epoch", "step", "examples", "loss", "accuracy"]


def test_a_loaded_model_has_no_summary(model, tmp_path):
    model.write().save(str(tmp_path / "m"))
    loaded = ConvoyClassificationModel.load(str(tmp_path / "m"))
    assert not loaded.hasSummary
    assert loaded.weightsSha256 == model.weightsSha256
    with pytest.raises(RuntimeError, match="was loaded, not trained"):
        loaded.summary


def test_columns_that_the_job_names_are_the_models(digits):
    table = digits.withColumnRenamed("features", "pixels")
    job = (JOB % CLASSES).replace("path: unused", "path: unused, columns: {features: pixels}")
    model = ConvoyClassifier(model=job, keyCol="id").fit(table)
    assert model.getFeaturesCol() == "pixels"
    assert model.transform(table).count() == 90


def test_predicts_single_examples(model):
    _, pixels, label = next(iter(rows()))
    assert model.predict(pixels) == model.predict(np.array(pixels).reshape(6, 6))
    probability = model.predictProbability(Vectors.dense(pixels)).toArray()
    assert probability.sum() == pytest.approx(1.0)
    assert np.exp(model.predictRaw(pixels).toArray()) == pytest.approx(probability)


def test_copies_are_independent(classifier, digits):
    copy = classifier.copy({classifier.epochs: 1})
    assert (copy.getEpochs(), classifier.isSet("epochs")) == (1, False)
    assert copy.fit(digits).summary.totalIterations < classifier.fit(digits).summary.totalIterations


def test_one_against_the_rest(spark, digits):
    binary = ConvoyClassifier(model=JOB % 2, epochs=6)
    predicted = OneVsRest(classifier=binary).fit(digits).transform(digits)
    assert predicted.where("prediction = label").count() > 80


def test_streams(spark, digits, model, tmp_path):
    digits.write.parquet(str(tmp_path / "in"))
    stream = spark.readStream.schema(digits.schema).parquet(str(tmp_path / "in"))
    query = (
        model.transform(stream)
        .select("id", "prediction")
        .writeStream.format("memory")
        .queryName("predicted")
        .trigger(availableNow=True)
        .start()
    )
    assert query.awaitTermination(120)
    streamed = {row.id: row.prediction for row in spark.table("predicted").collect()}
    still = {row.id: row.prediction for row in model.transform(digits).collect()}
    assert streamed == still and len(still) == 90


def test_makes_sql_functions(spark, digits, model):
    model.register("digit")
    digits.createOrReplaceTempView("digits")
    by_sql = spark.sql("select digit(features) d from digits order by id").collect()
    predicted = model.transform(digits).orderBy("id").collect()
    assert [row.d for row in by_sql] == [row.prediction for row in predicted]


def test_classes_are_found_by_the_name_that_pyspark_derives():
    for stage in (ConvoyClassifier, ConvoyClassificationModel):
        assert stage.__module__ == "dev.convoy.spark.ml"
        assert pickle.loads(pickle.dumps(stage)) is stage
        assert "Trains" in stage.__doc__ or "trained" in stage.__doc__
