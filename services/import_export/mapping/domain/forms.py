"""What the cells of one row add up to."""

from __future__ import annotations

from dataclasses import dataclass, field

from identity import ContactPoint
from services.import_export.mapping.domain.contacts import key_of
from services.import_export.mapping.domain.texts import MAX_SEVERAL, person_name
from services.import_export.mapping.domain.wrong import Json, Notes, Wrong


@dataclass(frozen=True, slots=True)
class Mapped:
    """`form` is None for a row that is refused; `errors` say why, each with the column's header.

    `keys` are equal where rows hold the same address or id.
    """

    form: Json | None
    keys: list[int]
    errors: list[Json]
    warnings: list[Json]


@dataclass(slots=True)
class Row:
    """A row while its cells are read."""

    form: Json = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    notes: Notes = field(default_factory=list)
    errors: list[Json] = field(default_factory=list)
    warnings: list[Json] = field(default_factory=list)

    def add_address(self, where: str, contact: ContactPoint, scope: str) -> None:
        """Each address once, in the field that names it first."""
        space, value = contact.identity.space, contact.identity.value
        addresses = self.form.setdefault("addresses", [])
        for each in addresses:
            if each["identity"] == value and each["space"] == space and each["kind"] == contact.kind:
                return
        if len(addresses) >= MAX_SEVERAL:
            raise Wrong("too_many", f"at most {MAX_SEVERAL} addresses")
        if (key := key_of(space, value)) not in self.keys:
            self.keys.append(key)
        addresses.append(
            {
                "field": where,
                "kind": contact.kind,
                "value": contact.value,
                "raw": contact.raw,
                "scope": scope,
                "space": space,
                "identity": value,
            }
        )

    def add_values(self, values: Json, key: str, more: list[str]) -> None:
        """United with what other columns gave, each value once."""
        known = values.setdefault(key, [])
        known.extend(value for value in more if value not in known)
        if len(known) > MAX_SEVERAL:
            raise Wrong("too_many", f"at most {MAX_SEVERAL} values")

    def refuse(self, column: str | None, wrong: Wrong) -> None:
        self.errors.append({"column": column, "code": wrong.code, "detail": wrong.detail})

    def warn(self, column: str | None, code: str, detail: str) -> None:
        self.warnings.append({"column": column, "code": code, "detail": detail})

    @property
    def is_named(self) -> bool:
        return bool(self.names or self.first or self.last)

    def name(self) -> str:
        """The written name, or else the first and the last one. Raises Wrong(missing_name)."""
        text = " ".join(self.names or (*self.first, *self.last))
        if not text:
            raise Wrong("missing_name", "a name is needed")
        return person_name(text)
