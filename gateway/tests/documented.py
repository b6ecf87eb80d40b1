"""Proof that the API answers what its document says: status, content type and shape of each answer."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx
import jsonschema

FORMATS = jsonschema.FormatChecker(formats=["uuid", "date-time"])


class Documented:
    """Checks answers as they pass, and remembers which operations were seen with which status."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._validators: dict[str, Any] = {}
        self.seen: set[tuple[str, int]] = set()

    @cached_property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self._url}/v1/openapi.json", trust_env=False).json()
        return found

    def check(self, answer: httpx.Response) -> None:
        """Fails the test for an answer that is not in the document."""
        method = answer.request.method.replace("HEAD", "GET")
        operation = self._operation(method, urlsplit(str(answer.request.url)).path)
        if operation is None:
            assert answer.status_code in (404, 405), answer.request.url
            return
        name = operation["operationId"]
        self.seen.add((name, answer.status_code))
        documented = operation["responses"].get(str(answer.status_code))
        assert documented is not None, f"{name} answered an undocumented {answer.status_code}"
        self._check_body(name, answer, documented.get("content", {}))

    def _check_body(self, name: str, answer: httpx.Response, content: dict[str, Any]) -> None:
        answer.read()
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if not answer.content:
            return
        assert kind in content or "text/plain" in content, f"{name} answered an undocumented {kind}"
        if kind in ("application/json", "application/problem+json"):
            self._validator(content[kind]["schema"]).validate(answer.json())

    def _validator(self, schema: dict[str, Any]) -> Any:
        key = str(schema)
        if key not in self._validators:
            whole = {"components": self.document["components"], **schema}
            self._validators[key] = jsonschema.Draft202012Validator(whole, format_checker=FORMATS)
        return self._validators[key]

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        for template, item in sorted(self.document["paths"].items()):
            pattern = re.sub(r"{\w+}", "[^/]+", template)
            if re.fullmatch(pattern, path) and method.lower() in item:
                found: dict[str, Any] = item[method.lower()]
                return found
        return None
