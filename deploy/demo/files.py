"""A messy spreadsheet that came in, and a file that went out: both are there to be looked at."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from . import messy

IMPORTS, EXPORTS = "/v1/imports", "/v1/exports"
_FIELDS = {"Data de nascimento": "custom.birthday", "Plano": "custom.plan", "Cidade": "custom.city"}
_OVER = ("finished", "failed", "cancelled")
_PATIENCE = 60.0
Json = dict[str, Any]


async def load(client: httpx.AsyncClient, team_id: str) -> None:
    """One import and one export, unless there are some already."""
    if not (await _got(client.get(IMPORTS, params={"limit": 1})))["data"]:
        await _bring_in(client, team_id)
    if not (await _got(client.get(EXPORTS, params={"limit": 1})))["data"]:
        vips = {"field": "tags", "op": "any_of", "value": ["vip"]}
        await _got(client.post(EXPORTS, json={"format": "xlsx", "filter": vips}))


async def _bring_in(client: httpx.AsyncClient, team_id: str) -> None:
    """As docs/messy-file.md tells it, up to the end of the import."""
    file = (messy.CSV, messy.csv_file())
    place = f"{IMPORTS}/{(await _got(client.post(IMPORTS, files={'file': file})))['id']}"
    run = await _until(client, place, "mapping")
    mapping = {"reading": {"repair_encoding": True}, "columns": list(map(_column, _suggested(run)))}
    await _got(client.put(f"{place}/mapping", json=mapping))
    await _until(client, place, "mapping")
    options = {"policy": "merge", "teams": [team_id], "tags": ["clientes.csv"]}
    await _got(client.post(f"{place}/check", json=options))
    await _until(client, place, "checked")
    await _got(client.post(f"{place}/start", json=options))
    await _until(client, place, "finished")


def _suggested(run: Json) -> list[Json]:
    columns: list[Json] = run["suggested_mapping"]["columns"]
    return columns


def _column(suggested: Json) -> Json:
    name = suggested["column"]
    return {"column": name, "to": suggested["to"] or _FIELDS.get(name)}


async def _until(client: httpx.AsyncClient, place: str, phase: str) -> Json:
    """Raises RuntimeError if it never gets there."""
    async with asyncio.timeout(_PATIENCE):
        while (run := await _got(client.get(place)))["phase"] != phase:
            if run["phase"] in _OVER:
                raise RuntimeError(f"the import of {messy.CSV} ended as {run['phase']}: {run['problem']}")
            await asyncio.sleep(0.1)
    return run


async def _got(asked: Any) -> Json:
    answer: httpx.Response = await asked
    answer.raise_for_status()
    body: Json = answer.json()
    return body
