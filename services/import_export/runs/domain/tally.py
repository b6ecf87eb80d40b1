"""What a check has found so far, small enough to be kept with its progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Final

Json = dict[str, Any]
FIRST_ROWS: Final = 10
SAMPLES: Final = 3
_MOST_ISSUES: Final = 300
_MOST_LABELS: Final = 1_000


class Tally:
    """Counts of outcomes, problems with their first rows, labels without an option, a few rows."""

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        state = deepcopy(dict(state or {}))  # a step that is undone counts its rows again
        self.counts: dict[str, int] = dict(state.get("counts", {}))
        self._issues = {_issue_key(each): each for each in state.get("issues", ())}
        self._labels = {(each["field"], each["label"]): each for each in state.get("labels", ())}
        self._samples: dict[str, list[int]] = dict(state.get("samples", {}))

    def dump(self) -> Json:
        return {
            "counts": self.counts,
            "issues": list(self._issues.values()),
            "labels": list(self._labels.values()),
            "samples": self._samples,
        }

    def add(self, n: int, outcome: str) -> None:
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        samples = self._samples.setdefault(outcome, [])
        if len(samples) < SAMPLES:
            samples.append(n)

    def blame(self, n: int, problems: Iterable[Mapping[str, Any]], *, severity: str) -> None:
        """`problems`: {"column", "code"}. A row counts once for each."""
        for column, code in {(each.get("column"), each["code"]) for each in problems}:
            self._issue(n, severity, code, column)

    def miss(self, labels: Iterable[Mapping[str, str]]) -> None:
        """`labels`: {"field", "label"} of a row, that no option has."""
        for field, label in {(each["field"], each["label"]) for each in labels}:
            known = self._labels.get((field, label))
            if known is not None:
                known["count"] += 1
            elif len(self._labels) < _MOST_LABELS:
                self._labels[field, label] = {"field": field, "label": label, "count": 1}

    def found(self) -> Json:
        """As it is shown: what happened most comes first."""
        return {
            "issues": sorted(self._issues.values(), key=lambda i: (i["severity"], -i["count"], i["code"])),
            "unknown_options": sorted(self._labels.values(), key=_as_shown),
            "samples": self._samples,
        }

    def _issue(self, n: int, severity: str, code: str, column: str | None) -> None:
        fresh: Json = {"severity": severity, "code": code, "column": column, "count": 0, "first_rows": []}
        issue = self._issues.get(_issue_key(fresh))
        if issue is None:
            if len(self._issues) >= _MOST_ISSUES:
                return
            issue = self._issues[_issue_key(fresh)] = fresh
        issue["count"] += 1
        first = issue["first_rows"]
        if len(first) < FIRST_ROWS or n < first[-1]:
            issue["first_rows"] = sorted([*first, n])[:FIRST_ROWS]


def _as_shown(label: Mapping[str, Any]) -> tuple[str, int, str]:
    return label["field"], -label["count"], label["label"]


def _issue_key(issue: Mapping[str, Any]) -> tuple[str, str, str | None]:
    return issue["severity"], issue["code"], issue["column"]
