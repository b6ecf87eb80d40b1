"""Rows as the import_export service sends them, and a world that imports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from identity import normalise
from servicekit.ids import new_id
from services.customers.tests.world import World

Json = dict[str, Any]


def address(field: str, value: str, **more: Any) -> Json:
    """Normalised, as the reader of the file does it."""
    kind = more.pop("kind", field)
    point = normalise(kind, value, scope=more.get("scope", ""))
    identity = {"space": point.identity.space, "identity": point.identity.value}
    return {"field": field, "kind": kind, "value": point.value, "raw": point.raw, **identity, **more}


def row(n: int, name: str | None = None, **data: Any) -> Json:
    """`email`, `phone` and `whatsapp` are typed, `also` are further addresses."""
    form: Json = {} if name is None else {"name": name}
    typed = [address(kind, data.pop(kind)) for kind in ("email", "phone", "whatsapp") if kind in data]
    typed += data.pop("also", ())
    more = {key: data.pop(key) for key in ("target", "plan") if key in data}
    return {"n": n, "form": {**form, **({"addresses": typed} if typed else {}), **data}, **more}


class Sheets(World):
    """Imports by the administrator, unless somebody else is named."""

    def answer(
        self,
        rows: Iterable[Json],
        scope: Json | None = None,
        run: str | None = None,
        dry: bool = False,
        **options: Any,
    ) -> Json:
        return self.service.import_batch(
            scope or self.admin, run or str(new_id()), list(rows), options, dry_run=dry
        )

    def load(self, *rows: Json, **asked: Any) -> list[Json]:
        """What became of each row."""
        return self.answer(rows, **asked)["rows"]

    def plan(self, *rows: Json, **asked: Any) -> list[Json]:
        """What would become of each row."""
        return self.answer(rows, dry=True, **asked)["rows"]

    def undo(self, run: str, *customers: str, scope: Json | None = None, touched: Iterable[str] = ()) -> Json:
        """Of these customers, or of all that the import made or changed."""
        caller = scope or self.admin
        listed = customers or self.service.import_effects(caller, run)["customers"]
        return self.service.undo_import(caller, run, list(listed), touched=list(touched))

    def people(self) -> list[Any]:
        return self.rows("SELECT id, name, version FROM customer WHERE live ORDER BY id")


def outcomes(rows: Iterable[Json]) -> list[str]:
    return [each["outcome"] for each in rows]
