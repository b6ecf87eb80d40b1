"""From method and path to an operation.

A dictionary a segment instead of Starlette's list of regular expressions, tried one after
the other: the cost does not grow with the number of routes (see docs/api.md for the figures).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from gateway.operations import Operation

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
ROW = "row"


class NoSuchPath(Exception):
    """No operation has this path."""


class MethodNotAllowed(Exception):
    """The path exists; `allowed` are its methods."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(allowed)
        self.allowed = allowed


class _Node:
    __slots__ = ("children", "methods", "parameter", "parameter_node")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.methods: dict[str, Operation] = {}
        self.parameter = ""
        self.parameter_node: _Node | None = None


class Router:
    """Fixed segments win over parameters.

    A parameter called `…_id` is a UUID, `row` the number of a row, `key` a short name.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """The operation and its path parameters; raises NoSuchPath or MethodNotAllowed."""
        node, parameters = self._root, {}
        for segment in path.split("/")[1:]:
            child = node.children.get(segment)
            if child is None:
                child = node.parameter_node
                if child is None or not _fits(node.parameter, segment):
                    raise NoSuchPath
                parameters[node.parameter] = segment.lower() if node.parameter.endswith("_id") else segment
            node = child
        operation = node.methods.get("GET" if method == "HEAD" else method)
        if operation is not None:
            return operation, parameters
        if node.methods:
            raise MethodNotAllowed(sorted(node.methods))
        raise NoSuchPath

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.path.split("/")[1:]:
            node = _step(node, segment)
        if operation.method in node.methods:
            raise ValueError(f"{operation.method} {operation.path} is declared twice")
        node.methods[operation.method] = operation


def _step(node: _Node, segment: str) -> _Node:
    if not segment.startswith("{"):
        return node.children.setdefault(segment, _Node())
    name = segment[1:-1]
    if node.parameter_node is None:
        node.parameter, node.parameter_node = name, _Node()
    if node.parameter != name:
        raise ValueError(f"two names for one path parameter: {node.parameter}, {name}")
    return node.parameter_node


def _fits(parameter: str, segment: str) -> bool:
    return _pattern(parameter).fullmatch(segment) is not None


def _pattern(parameter: str) -> re.Pattern[str]:
    if parameter.endswith("_id"):
        return _UUID
    return _NUMBER if parameter == ROW else _KEY


def path_parameters(path: str) -> list[dict[str, Any]]:
    """The parameters of a path template, for OpenAPI."""
    names = re.findall(r"{(\w+)}", path)
    return [{"name": name, "in": "path", "required": True, "schema": _schema_of(name)} for name in names]


def _schema_of(name: str) -> dict[str, Any]:
    if name.endswith("_id"):
        return {"type": "string", "format": "uuid"}
    if name == ROW:
        return {"type": "integer", "minimum": 1, "maximum": 999_999_999}
    return {"type": "string", "pattern": f"^{_KEY.pattern}$"}
