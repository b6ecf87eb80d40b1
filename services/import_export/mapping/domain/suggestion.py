"""Which column is probably what: by what it is called, and by what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from services.import_export.mapping.domain import headings, vocabulary
from services.import_export.mapping.domain.columns import references
from services.import_export.mapping.domain.known import Known
from services.import_export.mapping.domain.rules import DATED, shown_rules, told_by
from services.import_export.mapping.domain.shapes import (
    fields_of_options,
    is_written_as_a_line,
    samples_of,
    share,
)
from services.import_export.mapping.domain.targets import (
    IGNORED,
    NAMES,
    PRIMARIES,
    Target,
    find_target,
)
from services.import_export.mapping.domain.vocabulary import BARE_NAMES, DOUBTFUL, WORDS, compact
from services.import_export.mapping.domain.wrong import Columns, Facts, Json

CERTAIN, BY_HEADER, BY_LABEL, BY_VALUES, CONTRADICTED = 1.0, 0.9, 0.95, 0.6, 0.4
HALF, MOST, LAST = 0.5, 0.8, 1_000
# Several columns of these are one value, or one list.
UNITED: Final = frozenset(
    ("first_name", "last_name", "emails", "phones", "whatsapps", "tags", "teams")
    + ("instagram", "facebook", "telegram", "external")
)
# Below this a column is shown with what it might be, and waits for somebody to say so.
ENOUGH: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Guess:
    to: str | None = None
    confidence: float = 0.0
    why: str | None = None
    rank: int = 0
    said: tuple[tuple[str, str], ...] = ()


_NOTHING: Final = _Guess()


def suggest(columns: Columns, facts: Facts) -> Json:
    """A target for each column, or None, how sure it is and why: header, values, export, google, outlook.
    `rules` say what is decided for whoever takes it: order of dates, two-digit years, serials, decimal mark.

    What is too unsure is only named (`perhaps`), and waits for somebody. `complete`: nobody need look, since
    names or ids are among them and none is unsure; then `mapping_of` is a mapping to work with. Whatever the
    columns are, it never raises.
    """
    headers = [str(column.get("header") or "") for column in columns]
    known = Known(facts)
    theirs = _of_program(headers, known)
    is_ours = _is_ours(columns, headers, known)
    pairs = zip(columns, headers, strict=True)
    guesses = _settled(
        [theirs.get(header) or _guess(column, known, trusted=is_ours) for column, header in pairs], headers
    )
    named = zip(references(columns), columns, guesses, strict=True)
    suggestion: Json = {"columns": [_entry(name, column, guess, known) for name, column, guess in named]}
    if instead := [header for header in headers if theirs and header in vocabulary.COMPANIES]:
        suggestion["name_from"] = instead
    named_ones = any(entry["to"] in (*NAMES, "id") for entry in suggestion["columns"])
    unsure = any("perhaps" in entry for entry in suggestion["columns"])
    return {**suggestion, "complete": named_ones and not unsure}


def mapping_of(suggestion: Mapping[str, Any]) -> Json:
    """The mapping that a suggestion amounts to."""
    columns = [
        {key: entry[key] for key in ("column", "to", "as") if key in entry}
        for entry in suggestion["columns"]
        if entry["to"] is not None
    ]
    return {"columns": columns} | {key: suggestion[key] for key in ("name_from",) if key in suggestion}


def _of_program(headers: list[str], known: Known) -> dict[str, _Guess]:
    """The columns of a file that Google or Outlook wrote: those with a place here, and those without."""
    for why, find in (("google", vocabulary.google), ("outlook", vocabulary.outlook)):
        if (found := find(headers)) is not None:
            said = (("groups", why),) if why == "google" else ()
            theirs = {
                header: _Guess(to, CERTAIN, why, said=said if to == "tags" else ())
                for header, to in found.items()
            }
            return {
                header: _labelled(header, known) for header in headers if vocabulary.is_theirs(header)
            } | theirs
    return {}


def _is_ours(columns: Columns, headers: list[str], known: Known) -> bool:
    """Whether this product wrote the file: with its ids, and no column that it would not have written. Then
    the headers are right, whatever stands below them."""
    targets = [headings.target_of(header, known) for header in headers]
    if "id" not in targets or None in targets:
        return False
    ids = columns[targets.index("id")]
    return (share(ids, Target("id"), known) or 0) >= MOST


def _guess(column: Mapping[str, Any], known: Known, *, trusted: bool) -> _Guess:
    header = str(column.get("header") or "")
    guess = _by_header(header, known)
    if guess.to is not None and not trusted:
        guess = _weighed(guess, column, known, doubtful=compact(header) in DOUBTFUL)
    if guess.confidence >= ENOUGH:
        return guess
    return max(guess, _by_values(column, known), key=lambda each: each.confidence)


def _by_header(header: str, known: Known) -> _Guess:
    if (to := headings.target_of(header, known)) is not None:
        return _Guess(to, CERTAIN, "export")
    if (labelled := _labelled(header, known)).to is not None:
        return labelled
    word = compact(header)
    to, rank = WORDS.get(word) or WORDS.get(word.rstrip("0123456789")) or (None, 0)
    return _Guess(to, BY_HEADER, "header", rank) if to else _NOTHING


def _labelled(header: str, known: Known) -> _Guess:
    """The custom field that is called so, but for case, accents and punctuation."""
    key = known.by_word.get(compact(header)) if header else None
    return _Guess(f"custom.{key}", BY_LABEL, "header") if key else _NOTHING


def _weighed(guess: _Guess, column: Mapping[str, Any], known: Known, *, doubtful: bool) -> _Guess:
    """What values say about a header. A doubtful one needs them; whatever most of them refute is unsure."""
    target = find_target(guess.to, known.facts)
    part = share(column, target, known) if target is not None else None
    if part is not None and part < HALF:
        return replace(guess, confidence=CONTRADICTED)
    if doubtful and part is None and guess.why != "export":
        return replace(guess, confidence=CONTRADICTED)
    return guess


def _by_values(column: Mapping[str, Any], known: Known) -> _Guess:
    """Only of what is shaped like nothing else. Digits alone may be anything."""
    values = samples_of(column)
    likely = [Target("email"), Target("teams")] if values else []
    if values and all(map(is_written_as_a_line, values)):
        likely.append(Target("phone"))
    for target in likely:
        if (share(column, target, known) or 0) >= MOST:
            return _Guess(target.key, BY_VALUES, "values", rank=LAST)
    if fitting := fields_of_options(values, known):
        key = next(field["key"] for field in known.fields if field["key"] in fitting)
        return _Guess(f"custom.{key}", BY_VALUES, "values", rank=LAST)
    if values and not column.get("header") and (share(column, Target("name"), known) or 0) == 1:
        return _Guess("name", CONTRADICTED, "values", rank=LAST)
    return _NOTHING


def _settled(guesses: list[_Guess], headers: list[str]) -> list[_Guess]:
    """No two columns in one place: of addresses the others are further ones, of the rest the surest stays."""
    guesses = _names_settled(guesses, headers)
    best: dict[str, int] = {}
    for at in sorted(range(len(guesses)), key=lambda at: (-guesses[at].confidence, guesses[at].rank, at)):
        to = guesses[at].to
        if to is None or to == IGNORED or guesses[at].confidence < ENOUGH:
            continue
        if to in best and to in PRIMARIES:
            guesses[at] = replace(guesses[at], to=f"{to}s")
        elif to in best and to not in UNITED:
            guesses[at] = replace(guesses[at], confidence=min(guesses[at].confidence, CONTRADICTED))
        best.setdefault(to, at)
    return guesses


def _names_settled(guesses: list[_Guess], headers: list[str]) -> list[_Guess]:
    """A "name" beside a last name is the first name; beside both, the parts are superfluous."""
    sure = {guess.to for guess in guesses if guess.confidence >= ENOUGH}
    if "name" in sure and "last_name" in sure and "first_name" not in sure:
        return [
            replace(guess, to="first_name") if guess.to == "name" and compact(header) in BARE_NAMES else guess
            for guess, header in zip(guesses, headers, strict=True)
        ]
    if "name" in sure:
        return [_NOTHING if guess.to in ("first_name", "last_name") else guess for guess in guesses]
    return guesses


def _entry(name: str | int, column: Mapping[str, Any], guess: _Guess, known: Known) -> Json:
    entry: Json = {"column": name, "to": guess.to}
    if guess.to is not None and guess.confidence < ENOUGH:
        entry |= {"to": None, "perhaps": guess.to}
    entry |= {"confidence": guess.confidence, "why": guess.why}
    target = find_target(guess.to, known.facts)
    kind = "" if target is None else target.field["type"] if target.field is not None else target.key
    if said := dict(guess.said) | _told(column, kind):
        entry["as"] = said
    if rules := shown_rules(column, kind, known.facts):
        entry["rules"] = rules
    return entry


def _told(column: Mapping[str, Any], kind: str) -> Json:
    """The rules that the values tell, for somebody to see and change."""
    wanted = "date_order" if kind in DATED else "decimal" if kind == "number" else None
    return {key: value for key, value in told_by(column).items() if key == wanted}
