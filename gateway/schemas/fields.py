"""Fields that are stricter, or looser, than marshmallow's own, with their JSON Schema beside them."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from servicekit.clock import parse_rfc3339, to_rfc3339
from servicekit.jsonio import UnsafeJson, loads_strict

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


class Id(fields.String):
    """A UUID in its usual spelling, kept as lower-case text."""

    json_schema: ClassVar[dict[str, Any]] = {"format": "uuid"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not UUID_TEXT.fullmatch(text):
            raise ValidationError("Not a valid UUID.")
        return text.lower()


class Moment(fields.String):
    """An RFC 3339 time with an offset, kept as text in UTC."""

    json_schema: ClassVar[dict[str, Any]] = {"format": "date-time"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return to_rfc3339(parse_rfc3339(text))
        except (ValueError, OverflowError):
            raise ValidationError("Not a valid RFC 3339 date-time with an offset.") from None


class Flag(fields.Boolean):
    """true or false, and nothing that looks like it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if value is True or value is False:
            return bool(value)
        raise ValidationError("Not a valid boolean.")


class WholeNumber(fields.Integer):
    """A JSON number without a fraction, 5 or 5.0, and no text that looks like one."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
            raise ValidationError("Not a valid integer.")
        return int(value)


class QueryFlag(fields.Field[Any]):
    """true or false in a query string."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "boolean"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if value not in ("true", "false"):
            raise ValidationError("Must be one of: true, false.")
        return value == "true"


class QueryJson(fields.Field[Any]):
    """A JSON document in a query string, measured before it is read; its owner checks what it says."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    @property
    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest, "contentMediaType": "application/json"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if len(value) > self.longest:
            raise ValidationError(f"Longer than maximum length {self.longest}.")
        try:
            return loads_strict(value.encode())
        except (UnsafeJson, UnicodeEncodeError):
            raise ValidationError("Not a valid JSON document.") from None


class QueryNumber(fields.Field[Any]):
    """A whole number in a query string."""

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.low, self.high = low, high

    @property
    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not re.fullmatch(r"-?[0-9]{1,9}", value):
            raise ValidationError("Not a valid whole number.")
        number = int(value)
        if not self.low <= number <= self.high:
            raise ValidationError(f"Must be greater than or equal to {self.low} and at most {self.high}.")
        return number


class Words(fields.Field[Any]):
    """Words from a fixed set, separated by commas."""

    def __init__(self, *choices: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices = choices

    @property
    def json_schema(self) -> dict[str, Any]:
        one = "|".join(map(re.escape, self.choices))
        return {"type": "string", "pattern": f"^({one})(,({one}))*$"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        words = value.split(",")
        if not words or any(word not in self.choices for word in words):
            raise ValidationError("Must be one of: " + ", ".join(self.choices) + ".")
        return list(dict.fromkeys(words))


class ListOrChange(fields.Field[Any]):
    """A whole list, or `{"add": […], "remove": […]}`."""

    def __init__(
        self, name: str, inner: fields.Field[Any], *, removes: fields.Field[Any], most: int, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        few = validate.Length(max=most)
        self.whole = CountedList(inner, validate=few)
        self.parts: type[Schema] = Schema.from_dict(
            {"add": CountedList(inner, validate=few), "remove": CountedList(removes, validate=few)},
            name=name,
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict):
            return self.parts().load(value)
        return self.whole.deserialize(value, attr, data, **kwargs)


class CountedList(fields.List[Any]):
    """Counted before the first item is read: each takes its time."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list):
            self._validate(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Anything(fields.Field[Any]):
    """Any JSON value; its owner checks it."""

    json_schema: ClassVar[dict[str, Any]] = {}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return value


def text(longest: int, *, shortest: int = 0, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=shortest or None, max=longest), **kwargs)


def filled(longest: int, **kwargs: Any) -> fields.String:
    """Text that is more than spaces."""
    return fields.String(validate=[validate.Length(max=longest), validate.Regexp(r"^\s*\S")], **kwargs)


def email_address(**kwargs: Any) -> fields.String:
    """The shape only; the domain's rule is looser about spaces around it."""
    looks = validate.Regexp(r"^\s*[^@\s]+@[^@\s]+\s*$", error="Not a valid e-mail address.")
    return fields.String(validate=[validate.Length(max=320), looks], **kwargs)


def one_of(*choices: str, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(choices), **kwargs)


def objects(schema: type[Schema], **kwargs: Any) -> fields.List[Any]:
    return CountedList(fields.Nested(schema), **kwargs)
