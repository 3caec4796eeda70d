"""The jar, and a Spark session that has it."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, Mapping, Optional

from pyspark.sql import SparkSession

_JAR = "convoy-spark-job.jar"


def jar_path() -> str:
    """
    Path of Convoy's jar, for ``spark.jars``.

    Returns
    -------
    str
        The jar inside this package; the environment's ``CONVOY_JAR`` names another.

    Raises
    ------
    FileNotFoundError
        If there is none, as in sources that were not built.
    """
    named = os.environ.get("CONVOY_JAR")
    path = Path(named) if named else Path(__file__).resolve().parent / "jars" / _JAR
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: Convoy's jar is not there; install the wheel that 'mvn package' makes "
            "(spark-job/target/convoy_spark-*.whl), or name a jar in CONVOY_JAR"
        )
    return str(path)


def _has_jar(session: SparkSession) -> bool:
    try:
        from py4j.java_gateway import JavaClass

        found: Any = session.sparkContext._jvm
        for part in ("dev", "convoy", "spark", "ml", "ConvoyClassifier"):
            found = getattr(found, part)
        return isinstance(found, JavaClass)
    except ImportError:
        return True


def start(
    master: Optional[str] = None,
    *,
    app_name: str = "convoy",
    conf: Optional[Mapping[str, Any]] = None,
    remote: Optional[str] = None,
) -> SparkSession:
    """
    Starts a Spark session that has Convoy's jar, or returns the one that runs and has it.

    Parameters
    ----------
    master : str, optional
        Such as ``local[2]`` or ``spark://HOST:7077``; else what Spark's settings say, else
        ``local[*]``.
    app_name : str
        Name in Spark's UI.
    conf : mapping, optional
        Further settings of Spark.
    remote : str, optional
        Address for Spark Connect: ``local[2]`` starts a server here with the jar; a server at
        ``sc://HOST:PORT`` must have been started with it.

    Returns
    -------
    pyspark.sql.SparkSession

    Raises
    ------
    RuntimeError
        If a session runs already that does not have the jar.
    """
    if master is not None and remote is not None:
        raise ValueError("got master and remote, expected one of them")
    settings = {key: _setting(value) for key, value in (conf or {}).items()}
    jars = [jar for jar in settings.get("spark.jars", "").split(",") if jar]
    builder = SparkSession.builder.appName(app_name)
    if remote is not None:
        builder = builder.remote(remote)
    elif master is not None:
        builder = builder.master(master)
    if remote is None or remote.startswith("local"):
        settings["spark.jars"] = ",".join([*jars, jar_path()])
    for key, value in settings.items():
        builder = builder.config(key, value)
    with warnings.catch_warnings():
        # pyspark tells a Connect server every setting again, and warns that it began with them.
        warnings.filterwarnings("ignore", message="Failed to set spark.*CANNOT_MODIFY_CONFIG")
        session = builder.getOrCreate()
    if remote is None and not _has_jar(session):
        raise RuntimeError(
            "a Spark session without Convoy's jar is running, expected none; stop it by "
            "SparkSession.getActiveSession().stop() and restart Python (the JVM keeps the jars it "
            "began with), or give the session config('spark.jars', convoy.jar_path())"
        )
    return session


def _setting(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
