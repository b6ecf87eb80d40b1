"""The figures, in the order in which they are measured. A new one is one module here and one line below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.figures import (
    bus,
    duplicates,
    exporting,
    full_path,
    idle,
    importing,
    inbound,
    lag,
    merging,
    person,
    push,
    reports,
    scale,
    start,
    uploaded,
    vocabulary,
)
from bench.report import Figure
from bench.room import Room


@dataclass(frozen=True, slots=True)
class Measurement:
    """Something that can be asked for by `id`; it may yield several lines."""

    id: str
    measure: Callable[[Room], Iterable[Figure]]


ALL = (
    Measurement("M-start", start.measure),
    Measurement("E-in", inbound.measure_empty),
    Measurement("E-in-2", inbound.measure_two_replicas),
    Measurement("E-in-full", inbound.measure_full),
    Measurement("H-bus", bus.measure),
    Measurement("H-get", full_path.measure_get),
    Measurement("H-list", full_path.measure_list),
    Measurement("H-name", full_path.measure_name),
    Measurement("H-phone", full_path.measure_phone),
    Measurement("H-create", full_path.measure_create),
    Measurement("H-one", full_path.measure_one),
    Measurement("H-1m", scale.measure),
    Measurement("H-tags", vocabulary.measure_tags),
    Measurement("F-rename", vocabulary.measure_rename),
    Measurement("P-profile", person.measure_profile),
    Measurement("P-history", person.measure_history),
    Measurement("D-merge", merging.measure),
    Measurement("D-quality", duplicates.measure_quality),
    Measurement("D-scan", duplicates.measure_scan),
    Measurement("I-csv", importing.measure_csv),
    Measurement("I-xlsx", importing.measure_xlsx),
    Measurement("X-csv", exporting.measure_csv),
    Measurement("X-json", exporting.measure_json),
    Measurement("X-xlsx", exporting.measure_xlsx),
    Measurement("R-live", reports.measure_live),
    Measurement("R-json", uploaded.measure),
    Measurement("E-lag", lag.measure),
    Measurement("P-push", push.measure),
    Measurement("M-idle", idle.measure),
)


def wanted(names: Sequence[str]) -> list[Measurement]:
    """Those named, all for no names; `H` means every H-…. LookupError for a name that means nothing."""
    if not names:
        return list(ALL)
    unknown = [name for name in names if not any(_means(name, it.id) for it in ALL)]
    if unknown:
        raise LookupError(f"no such figure: {', '.join(unknown)}; there are {', '.join(it.id for it in ALL)}")
    return [it for it in ALL if any(_means(name, it.id) for name in names)]


def _means(name: str, id_: str) -> bool:
    return id_.lower() == name.lower() or (len(name) == 1 and id_.lower().startswith(f"{name.lower()}-"))
