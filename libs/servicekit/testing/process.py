"""Service processes for tests, started as in production and watched through their logs and health port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from servicekit.testing.waiting import eventually

_ROOT = Path(__file__).resolve().parents[3]


class ServiceProcess:
    """One replica of a service or worker. Its stderr is kept: `lines` as text, `logs` parsed."""

    def __init__(self, path: str, environment: dict[str, str], verb: str = "run") -> None:
        paths = [str(_ROOT), str(_ROOT / "libs"), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "servicekit", verb, path],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        # Without the certificates of the world, which take longer to load than anything asked here.
        self._http = httpx.Client(timeout=10, trust_env=False, verify=False)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.lines.append(line.rstrip("\n"))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def logs(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in list(self.lines) if line.startswith("{")]

    def logged(self, message: str, **fields: Any) -> list[dict[str, Any]]:
        """The log lines with this message and these fields."""
        wanted = {"message": message, **fields}
        return [line for line in self.logs if wanted.items() <= line.items()]

    @property
    def health_url(self) -> str:
        [line] = eventually(lambda: self.logged("health"), what="a health port")
        return f"http://{line['host']}:{line['port']}"

    def get(self, path: str) -> httpx.Response:
        return self._http.get(self.health_url + path)

    @property
    def ready(self) -> bool:
        try:
            return self.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples with at least these labels."""
        total = 0.0
        for line in self.get("/metrics").text.splitlines():
            sample, _, value = line.rpartition(" ")
            series, _, given = sample.partition("{")
            if series == name and all(f'{key}="{text}"' in given for key, text in labels.items()):
                total += float(value)
        return total

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self, timeout: float = 15.0) -> int:
        """The exit status; fails if the process is not gone in time."""
        status = self._process.wait(timeout)
        self._reader.join(5)
        return status

    def stop(self) -> None:
        """Ends the process, whatever state it is in."""
        if self.running:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
        self.wait()
        self._http.close()
        if self._process.stderr is not None:
            self._process.stderr.close()


@contextmanager
def running_service(path: str, *, wait: bool = True, **environment: str) -> Iterator[ServiceProcess]:
    """One replica of the service `path`, ready to take calls (unless `wait=False`), killed afterwards."""
    with _running(path, "run", wait, environment) as service:
        yield service


@contextmanager
def running_worker(path: str, *, wait: bool = True, **environment: str) -> Iterator[ServiceProcess]:
    """The same for the worker process `path`."""
    with _running(path, "work", wait, environment) as worker:
        yield worker


@contextmanager
def _running(path: str, verb: str, wait: bool, environment: dict[str, str]) -> Iterator[ServiceProcess]:
    service = ServiceProcess(path, {"LOG_FORMAT": "json", "HEALTH_PORT": "0", **environment}, verb)
    try:
        if wait:
            eventually(
                lambda: service.ready or not service.running, within=20, what="a service that is ready"
            )
            assert service.running, "\n".join(service.lines)
        yield service
    finally:
        service.stop()
