"""The command line's train, evaluate and report: each in a JVM of its own, by spark-submit."""

from __future__ import annotations

import html
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Union

from convoy._session import jar_path

if TYPE_CHECKING:
    import pandas as pd

_MISTAKE = 2
_INTERRUPTED = 130

Settings = Union[Mapping[str, Any], Sequence[str]]


class InvalidInput(ValueError):
    """A mistake in the call, the job or the data; the message says what, got, expected and cure."""


class CommandFailed(RuntimeError):
    """A run that failed."""


class Report:
    """A report; a notebook shows the page itself."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"Report({self.path!r})"

    def _repr_html_(self) -> str:
        page = html.escape(_local(self.path).read_text(encoding="utf-8"), quote=True)
        return (
            f'<iframe srcdoc="{page}" sandbox="allow-scripts" '
            'style="width:100%;height:720px;border:1px solid #ccc"></iframe>'
        )


class Run:
    """
    A run's folder: what ``train`` leaves.

    Attributes
    ----------
    path : str
        The folder; ``ConvoyClassificationModel.fromRun(run.path)`` predicts with its model.
    """

    def __init__(self, path: Union[str, "os.PathLike[str]"]) -> None:
        self.path = os.fspath(path)

    def __repr__(self) -> str:
        return f"Run({self.path!r})"

    @property
    def result(self) -> Dict[str, Any]:
        """What ``result.json`` says: accuracy, loss, hash of the weights, seconds."""
        result: Dict[str, Any] = json.loads(self._text("result.json"))
        return result

    @property
    def loss(self) -> "pd.Series":
        """Loss of each step, as pandas; its index is the step."""
        metrics = self.metrics
        return metrics.set_index("step")["loss"]

    @property
    def metrics(self) -> "pd.DataFrame":
        """All lines of ``metrics.jsonl`` as pandas: a row a step."""
        import pandas as pd

        lines = self._text("metrics.jsonl").splitlines()
        return pd.DataFrame([json.loads(line) for line in lines])

    @property
    def report(self) -> Report:
        """The run's page; a notebook shows it."""
        return Report(str(_local(self.path) / "report.html"))

    def _repr_html_(self) -> str:
        return self.report._repr_html_()

    def _text(self, name: str) -> str:
        return (_local(self.path) / name).read_text(encoding="utf-8")


def train(
    config: Union[str, "os.PathLike[str]", Mapping[str, Any]] = "lenet5",
    *,
    data: Optional[str] = None,
    output: Optional[Union[str, "os.PathLike[str]"]] = None,
    settings: Optional[Settings] = None,
    master: Optional[str] = None,
    resume: bool = False,
    overwrite: bool = False,
    conf: Optional[Mapping[str, Any]] = None,
) -> Run:
    """
    Trains as ``convoy train`` does, in a JVM of its own.

    Parameters
    ----------
    config : str, path or mapping
        A built-in job (``lenet5``, ``cnn32``, ``seed-cnn``, ``mlp``, ``resnet20``), a job file, or a job as a
        dictionary.
    data : str, optional
        A folder or a table that takes the place of ``data.path``.
    output : str or path, optional
        Folder for the run's files; a temporary one if it is left out.
    settings : mapping or list of str, optional
        Keys of the job, such as ``{"training.epochs": 3}`` or ``["training.epochs=3"]``.
    master : str, optional
        Spark master; else what Spark's settings say, else ``local[*]``.
    resume, overwrite : bool
        Go on from the newest checkpoint; start anew over an unfinished run.
    conf : mapping, optional
        Settings of Spark.

    Returns
    -------
    Run

    Raises
    ------
    InvalidInput
        If the job, the data or an argument cannot be used.
    CommandFailed
        If the run failed.
    """
    folder = tempfile.mkdtemp(prefix="convoy-run-") if output is None else os.fspath(output)
    arguments = ["--output", folder]
    arguments += ["--master", master] if master else []
    arguments += ["--data", os.fspath(data)] if data else []
    arguments += ["--resume"] if resume else []
    arguments += ["--overwrite"] if overwrite else []
    arguments += _settings(settings)
    with tempfile.TemporaryDirectory(prefix="convoy-job-") as scratch:
        if not (resume and config == "lenet5"):
            arguments += ["--config", _job(config, scratch)]
        _run("train", arguments, conf)
    return Run(folder)


def evaluate(
    model: Union[Run, str, "os.PathLike[str]"],
    *,
    data: Optional[str] = None,
    settings: Optional[Settings] = None,
    master: Optional[str] = None,
    conf: Optional[Mapping[str, Any]] = None,
) -> Dict[str, Any]:
    """
    Evaluates a network on a test set.

    Parameters
    ----------
    model : Run, str or path
        A run, its folder, or a model file.
    data : str, optional
        The data; else that of the run.
    settings, master, conf
        As for :func:`train`.

    Returns
    -------
    dict
        Accuracy, loss, precision and recall by class, confusion, worst mistakes.

    Raises
    ------
    InvalidInput
        If the model or the data cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="convoy-evaluation-") as scratch:
        arguments = ["--model", _folder(model), "--output", scratch]
        arguments += ["--master", master] if master else []
        arguments += ["--data", os.fspath(data)] if data else []
        _run("evaluate", arguments + _settings(settings), conf)
        evaluation: Dict[str, Any] = json.loads(
            (Path(scratch) / "evaluation.json").read_text(encoding="utf-8")
        )
        return evaluation


def report(
    *runs: Union[Run, str, "os.PathLike[str]"],
    output: Optional[Union[str, "os.PathLike[str]"]] = None,
) -> Report:
    """
    Draws a run as one HTML page, or lays several runs over each other.

    Parameters
    ----------
    *runs : Run, str or path
        One run, or several to compare.
    output : str or path, optional
        The page; else ``report.html`` in the run's folder, or ``comparison.html`` here.

    Returns
    -------
    Report
        Its path; as the last value of a notebook's cell it shows the page.
    """
    folders = [_folder(run) for run in runs]
    arguments = (["--compare"] if len(folders) > 1 else []) + folders
    page = os.fspath(output) if output is not None else None
    _run("report", arguments + (["--output", page] if page else []), None)
    if page is None:
        page = "comparison.html" if len(folders) > 1 else os.path.join(folders[0], "report.html")
    return Report(page)


def _folder(run: Union[Run, str, "os.PathLike[str]"]) -> str:
    return run.path if isinstance(run, Run) else os.fspath(run)


def _local(path: str) -> Path:
    if path.startswith("file:"):
        path = "/" + path[len("file:") :].lstrip("/")
    elif "://" in path:
        raise ValueError(f"{path}: got a folder on another file system, expected a local one")
    return Path(path)


def _job(config: Union[str, "os.PathLike[str]", Mapping[str, Any]], scratch: str) -> str:
    if not isinstance(config, Mapping):
        return os.fspath(config)
    file = Path(scratch) / "job.yaml"
    file.write_text(json.dumps(config, indent=1, default=_plain), encoding="utf-8")
    return str(file)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else os.fspath(value)


def _settings(settings: Optional[Settings]) -> List[str]:
    pairs = (
        [f"{key}={_word(value)}" for key, value in settings.items()]
        if isinstance(settings, Mapping)
        else list(settings or [])
    )
    return [word for pair in pairs for word in ("--set", pair)]


def _word(value: Any) -> str:
    if isinstance(value, (bool, dict, list, tuple)) or value is None:
        return json.dumps(value, default=_plain)
    return str(value)


def _submit() -> str:
    from pyspark.find_spark_home import _find_spark_home

    name = "spark-submit.cmd" if os.name == "nt" else "spark-submit"
    return os.path.join(_find_spark_home(), "bin", name)


def _run(command: str, arguments: List[str], conf: Optional[Mapping[str, Any]]) -> None:
    line = [_submit()]
    for key, value in (conf or {}).items():
        line += ["--conf", f"{key}={_word(value)}"]
    line += ["--class", "dev.convoy.spark.cli.Main", jar_path(), command, *arguments]
    # What a pyspark session of this process set for its own JVM is not meant for this one.
    own = {"PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET", "PYSPARK_SUBMIT_ARGS"}
    environment = {key: value for key, value in os.environ.items() if key not in own}
    said: List[str] = []
    with subprocess.Popen(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=environment,
    ) as process:
        assert process.stdout is not None
        try:
            for text in process.stdout:
                said.append(text)
                del said[:-200]
                sys.stdout.write(text)
                sys.stdout.flush()
            status = process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            process.wait()
            raise
    if status == _INTERRUPTED:
        raise KeyboardInterrupt
    if status:
        raise (InvalidInput if status == _MISTAKE else CommandFailed)(_error(said, command, status))


def _error(said: List[str], command: str, status: int) -> str:
    for index in range(len(said) - 1, -1, -1):
        if said[index].startswith("error: "):
            return "".join(said[index:])[len("error: ") :].strip()
    return f"convoy {command} ended with status {status}: " + "".join(said[-5:]).strip()
