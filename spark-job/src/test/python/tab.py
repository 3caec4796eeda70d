"""
Trains five steps by spark-submit and asks Spark's UI for the tab: exit status 0 if it answers.

``tab.py live`` asks the application while it trains, ``tab.py history`` the History Server after it.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import convoy
from pyspark.find_spark_home import _find_spark_home


def answer(url: str, needle: str, process: "subprocess.Popen[bytes]", seconds: int = 90) -> str:
    """The page as soon as it has the needle."""
    deadline = time.monotonic() + seconds
    last = "nothing"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                last = response.read().decode()
            if needle in last:
                return last
        except OSError as e:
            last = str(e)
        time.sleep(0.2)
    raise SystemExit(f"{url}: got {last[:300]!r}, expected {needle!r}")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def submit(conf: dict, steps: int) -> list:
    line = [os.path.join(_find_spark_home(), "bin", "spark-submit"), "--master", "local[2]"]
    for key, value in conf.items():
        line += ["--conf", f"{key}={value}"]
    line += ["--class", "dev.convoy.spark.cli.Main", convoy.jar_path(), "train", "--config", "mlp"]
    return [*line, "--set", f"training.maxSteps={steps}", "--set", "training.epochs=1000"]


def live() -> None:
    port = free_port()
    process = subprocess.Popen(
        submit({"spark.ui.enabled": "true", "spark.ui.port": str(port)}, 1_000_000)
    )
    try:
        answer(f"http://127.0.0.1:{port}/training/", "Training", process)
        print(answer(f"http://127.0.0.1:{port}/training/data", '"', process)[:200])
    finally:
        process.terminate()
        process.wait()


def history() -> None:
    logs = tempfile.mkdtemp()
    conf = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file:{logs}"}
    subprocess.run(submit(conf, 5), check=True)
    port = free_port()
    environment = dict(
        os.environ,
        SPARK_NO_DAEMONIZE="1",
        SPARK_DAEMON_CLASSPATH=convoy.jar_path(),
        SPARK_HISTORY_OPTS=f"-Dspark.history.fs.logDirectory=file:{logs} "
        f"-Dspark.history.ui.port={port} -Dspark.history.fs.update.interval=1s",
    )
    spark_class = os.path.join(_find_spark_home(), "bin", "spark-class")
    process = subprocess.Popen(
        [spark_class, "org.apache.spark.deploy.history.HistoryServer"], env=environment
    )
    try:
        base = f"http://127.0.0.1:{port}"
        listed = answer(f"{base}/api/v1/applications", '"id"', process)
        application = re.search(r'"id"\s*:\s*"([^"]+)"', listed)
        assert application
        page = f"{base}/history/{application[1]}"
        answer(f"{page}/training/", "Training", process)
        print(answer(f"{page}/training/data", '"', process)[:200])
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    {"live": live, "history": history}[sys.argv[1]]()
