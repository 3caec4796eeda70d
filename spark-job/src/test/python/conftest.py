"""A session with Convoy's jar and tiny made-up digits, shared by all tests."""

from __future__ import annotations

import random

import pytest

SIDE = 6
CLASSES = 3

JOB = """
data: {path: unused, shards: 5}
model:
  input: 6x6x1
  normalize: {mean: 0.5, deviation: 0.5}
  layers:
    - conv2d: {filters: 2, kernel: 3}
    - relu
    - flatten
    - dense: {units: %d}
training: {epochs: 2, batchSize: 16, microBatch: 8, seed: 3}
optimizer: {type: momentum, learningRate: 0.05}
"""


def rows(count: int = 90, classes: int = CLASSES):
    """Rows (id, features, label): a bright band whose place says the class."""
    dice = random.Random(7)
    for number in range(count):
        label = number % classes
        pixels = [float(dice.randrange(60)) for _ in range(SIDE * SIDE)]
        for pixel in range(label * 12, label * 12 + 12):
            pixels[pixel] += 180.0
        yield number, pixels, float(label)


@pytest.fixture(scope="session")
def spark(request):
    import convoy

    remote = request.config.getoption("--remote")
    conf = {
        "spark.ui.enabled": False,
        "spark.sql.shuffle.partitions": 2,
        "spark.driver.memory": "1g",
    }
    if remote:
        session = convoy.start(remote="local[2]", conf=conf)
    else:
        session = convoy.start("local[2]", conf=conf)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def digits(spark):
    from pyspark.ml.functions import array_to_vector

    table = spark.createDataFrame(list(rows()), "id long, pixels array<double>, label double")
    return table.select("id", array_to_vector("pixels").alias("features"), "label")


@pytest.fixture
def classifier(spark):
    from convoy import ConvoyClassifier

    return ConvoyClassifier(model=JOB % CLASSES, keyCol="id")


def pytest_addoption(parser):
    parser.addoption("--remote", action="store_true", help="over Spark Connect")


def pytest_collection_modifyitems(config, items):
    """The tests of test_classic and test_commands need a JVM that this process talks to."""
    if config.getoption("--remote"):
        skip = pytest.mark.skip(reason="not over Spark Connect")
        for item in items:
            if item.path.name != "test_everywhere.py":
                item.add_marker(skip)
