"""What a report is made of, as the five steps of the form say it.

For the document alone: the reports service reads a configuration, and says all that is wrong with it at once.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from marshmallow import Schema, ValidationError, fields, validate

from gateway.schemas.bulk import Selection
from gateway.schemas.fields import Anything, Flag, Id, one_of, text

UNITS: Final = ("day", "week", "month", "quarter", "year")
OPERATIONS: Final = ("count", "sum", "average", "min", "max")
COMPARISONS: Final = (
    "equals",
    "contains",
    "starts_with",
    "matches",
    "in",
    "gt",
    "gte",
    "lt",
    "lte",
    "between",
    "is_set",
    "is_not_set",
)
ALIASES: Final = ("countries", "brazilian_states", "us_states")
SHARES: Final = ("row", "column", "total")
MOST_SPELLINGS: Final = 100_000
_LONGEST: Final = 200
_LONGEST_SPELLING: Final = 5_000


class Described(fields.Nested):
    """An object as its schema says; whoever owns it checks what is in it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("Not a valid object.")
        return value


class OneOfSeveral(fields.Field[Any]):
    """Something that may be said in several ways; whoever owns it checks which."""

    def __init__(self, *ways: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.json_schema = {"anyOf": list(ways)}


def _top(**kwargs: Any) -> OneOfSeveral:
    number = {"type": "integer", "minimum": 1, "maximum": 1_000}
    others = {"type": "boolean", "description": "Whether the rest is one more group; else it is left out"}
    both = {"type": "object", "required": ["n"], "properties": {"n": number, "others": others}}
    return OneOfSeveral(number, {**both, "additionalProperties": False}, **kwargs)


def _shares(**kwargs: Any) -> OneOfSeveral:
    one = {"type": "string", "enum": list(SHARES)}
    return OneOfSeveral(one, {"type": "array", "items": one, "maxItems": len(SHARES)}, **kwargs)


class GroupSort(Schema):
    by = text(600, metadata={"description": "`value`, `total`, or the key of a column of cells"})
    descending = Flag()


class _Normalized(Schema):
    """How spellings of one value become one."""

    field = text(_LONGEST_SPELLING, shortest=1, required=True)
    unit = one_of(*UNITS, metadata={"description": "Of dates; else months"})
    normalize = Flag(metadata={"description": "Whether case, accents and the order of words tell apart"})
    aliases = fields.List(one_of(*ALIASES), metadata={"description": "Other names of the same, built in"})
    join = fields.Dict(
        keys=text(_LONGEST, shortest=1),
        values=fields.List(text(_LONGEST_SPELLING)),
        metadata={"description": "By the name to be shown: the spellings that it stands for"},
    )
    split = fields.List(
        text(_LONGEST_SPELLING),
        metadata={"description": "Spellings that are joined with nothing by themselves"},
    )
    rename = fields.Dict(
        keys=text(_LONGEST_SPELLING, shortest=1),
        values=text(_LONGEST, shortest=1),
        metadata={"description": "By value: the name to be shown"},
    )
    top = _top(metadata={"description": "The first only, and whether the others are one more"})


class Grouping(_Normalized):
    """One level of rows."""

    count = one_of("customers", "mentions", metadata={"description": "Of fields with several values"})
    sort = fields.Nested(GroupSort)


class Rule(Schema):
    """Values that are of one class. `matches` knows `*` for any text and `?` for one character."""

    op = one_of(*COMPARISONS, required=True)
    value = Anything(allow_none=True)
    as_ = text(_LONGEST, shortest=1, required=True, data_key="as", attribute="as")


class Subdivision(_Normalized):
    """One block of columns: the values of a field, or the classes of rules, of which the first holds."""

    rules = fields.List(fields.Nested(Rule), validate=validate.Length(max=100))
    default = text(_LONGEST, shortest=1, allow_none=True, metadata={"description": "Where no rule holds"})


class TotalColumn(Schema):
    op = one_of(*OPERATIONS, required=True)
    field = text(_LONGEST_SPELLING, shortest=1, metadata={"description": "A number; not with count"})


class Configuration(Schema):
    """Groupings, the outermost first, the total, subdivisions, and how they are shown."""

    groupings = fields.List(fields.Nested(Grouping), required=True, validate=validate.Length(1, 4))
    total = fields.Nested(TotalColumn, metadata={"description": "Without it customers are counted"})
    subdivisions = fields.List(fields.Nested(Subdivision), validate=validate.Length(max=3))
    subdivision = fields.Nested(Subdivision, metadata={"description": "Short for a list of one"})
    sort = fields.Nested(GroupSort, metadata={"description": "Of groupings without their own"})
    top = _top(metadata={"description": "Of the first grouping"})
    percent = _shares(metadata={"description": "With count and sum"})
    subtotals = Flag(metadata={"description": "A row for each group, before the groups in it"})
    time_zone = text(64, shortest=1, metadata={"description": "An IANA name: where its days begin and end"})


class Source(Selection):
    """Whom it is about: one upload, or live customers as in any selection; `{}` is everybody."""

    upload = Id(metadata={"description": "Alone: the rows of an uploaded file"})


class SourceField(fields.Nested):
    """A source, without the members that say nothing about whom."""

    SAY_NOTHING: ClassVar[tuple[str, ...]] = ("all", "sort")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Source, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        given: dict[str, Any] = super()._deserialize(value, attr, data, partial, **kwargs)
        return {
            name: each for name, each in given.items() if name not in self.SAY_NOTHING and each is not None
        }
