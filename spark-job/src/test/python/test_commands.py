"""The façade's commands, each in a JVM of its own, and the wheel."""

from __future__ import annotations

import os
import subprocess
import sys

import convoy
import pytest


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "1"
    settings = {"training.epochs": 1, "training.maxSteps": 5}
    return convoy.train("mlp", output=folder, settings=settings, master="local[2]")


def test_train_keeps_a_run(run):
    assert len(run.result["weightsSha256"]) == 64
    assert list(run.loss.index) == [1, 2, 3, 4, 5]


def test_evaluate_tells_what_train_found(run):
    evaluation = convoy.evaluate(run, master="local[2]")
    assert evaluation["accuracy"] == pytest.approx(run.result["testAccuracy"])


def test_a_notebook_shows_the_report(run):
    page = convoy.report(run)
    assert page.path == os.path.join(run.path, "report.html")
    assert page._repr_html_().startswith("<iframe srcdoc=")


def test_a_mistake_is_an_error_with_the_cure(tmp_path):
    with pytest.raises(convoy.InvalidInput, match="'training.epoch'"):
        convoy.train("mlp", output=tmp_path / "1", settings=["training.epoch=1"])


def test_pip_installs_the_wheel(tmp_path):
    wheel = os.environ.get("CONVOY_WHEEL")
    if not wheel:
        pytest.skip("CONVOY_WHEEL names no wheel; 'mvn package' makes one")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(tmp_path), wheel], check=True)
    script = "import convoy; print(convoy.jar_path())"
    environment = {key: value for key, value in os.environ.items() if key != "CONVOY_JAR"}
    environment["PYTHONPATH"] = str(tmp_path)
    out = subprocess.run(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, check=True
    )
    assert out.stdout.decode().strip() == str(tmp_path / "convoy" / "jars" / "convoy-spark-job.jar")
