"""Imports and exports as a front-end does them, over HTTP: what of it takes time is timed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]
_EVERY = 0.25  # often enough for what takes seconds, and hardly any work for the gateway
_PATIENCE = 3_600.0


class Import:
    """One file, from its upload to its end.

    Each step returns the seconds that it took. RuntimeError if it does not come to its end.
    """

    def __init__(self, api: httpx.Client) -> None:
        self._api, self._place = api, ""
        self.counts: dict[str, int] = {}

    def upload(self, path: Path, mapping: Json) -> float:
        """Until it is known what is which column."""
        begin = time.monotonic()
        with path.open("rb") as file:
            run = _answered(self._api.post("/v1/imports", files={"file": (path.name, file)}))
        self._place = f"/v1/imports/{run['id']}"
        self._until("mapping")
        _answered(self._api.put(f"{self._place}/mapping", json=mapping, headers={"If-Match": "*"}))
        return time.monotonic() - begin

    def check(self, options: Json) -> float:
        return self._step("check", options, "checked")

    def run(self, options: Json) -> float:
        seconds = self._step("start", options, "finished")
        self.counts = _answered(self._api.get(self._place))["counts"]
        return seconds

    def _step(self, step: str, options: Json, phase: str) -> float:
        begin = time.monotonic()
        _answered(self._api.post(f"{self._place}/{step}", json=options))
        self._until(phase)
        return time.monotonic() - begin

    def _until(self, phase: str) -> None:
        begin = time.monotonic()
        while (run := _answered(self._api.get(self._place)))["phase"] != phase:
            if run["status"] in ("failed", "cancelled"):
                raise RuntimeError(f"the import ended as {run['status']}: {run['problem']}")
            _wait(begin)


def take_out(api: httpx.Client, asked: Json) -> tuple[Json, float]:
    """An export, and the seconds until its file was there."""
    begin = time.monotonic()
    made = _answered(api.post("/v1/exports", json=asked))
    while not made["finished_at"]:
        _wait(begin)
        made = _answered(api.get(f"/v1/exports/{made['id']}"))
    if made["status"] != "succeeded":
        raise RuntimeError(f"the export ended as {made['status']}: {made['problem']}")
    return made, time.monotonic() - begin


def reported(api: httpx.Client, path: Path) -> tuple[Json, float]:
    """An upload to report on, and the seconds from sending it until it was read."""
    begin = time.monotonic()
    with path.open("rb") as file:
        upload = _answered(api.post("/v1/reports/uploads", files={"file": (path.name, file)}))
    place = f"/v1/reports/uploads/{upload['id']}"
    while upload["status"] in ("queued", "running"):
        _wait(begin)
        upload = _answered(api.get(place))
    if upload["status"] != "succeeded":
        raise RuntimeError(f"the upload ended as {upload['status']}: {upload['problem']}")
    return upload, time.monotonic() - begin


def downloaded(api: httpx.Client, made: Json, path: Path) -> None:
    """The file of an export."""
    with api.stream("GET", f"/v1/exports/{made['id']}/file") as answer, path.open("wb") as file:
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            file.write(piece)


def _wait(begin: float) -> None:
    if time.monotonic() - begin > _PATIENCE:
        raise TimeoutError("nothing came of it within an hour")
    time.sleep(_EVERY)


def _answered(answer: httpx.Response) -> Json:
    if answer.is_error:
        asked = f"{answer.request.method} {answer.url.path}"
        raise RuntimeError(f"{asked} answered {answer.status_code}: {answer.text[:500]}")
    body: Json = answer.json()
    return body
