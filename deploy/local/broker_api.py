"""The few calls to RabbitMQ's management API that throw-away systems need."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, unquote, urlsplit, urlunsplit


class BrokerApi:
    """At an address with user and password in it, as in TEST_RABBITMQ_API."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        self._headers = {
            "Authorization": f"Basic {base64.b64encode(login.encode()).decode()}",
            "Content-Type": "application/json",
        }
        self._base = urlunsplit(parts._replace(netloc=f"{parts.hostname}:{parts.port}", path="")).rstrip("/")
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def load(self, definitions: Mapping[str, Any]) -> None:
        """Adds users, vhosts and permissions; those that exist are brought to what is given here."""
        self._request("POST", "/api/definitions", definitions)

    def allow_everything(self, vhost: str, user: str) -> None:
        """Full rights of one user in one vhost."""
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self._request("PUT", f"/api/permissions/{quote(vhost, safe='')}/{quote(user)}", everything)

    def has_vhost(self, vhost: str) -> bool:
        """Whether it exists."""
        try:
            self._request("GET", f"/api/vhosts/{quote(vhost, safe='')}")
        except HTTPError as error:
            error.close()
            if error.code == 404:
                return False
            raise
        return True

    def delete_vhost(self, vhost: str) -> None:
        self._request("DELETE", f"/api/vhosts/{quote(vhost, safe='')}")

    def delete_user(self, user: str) -> None:
        self._request("DELETE", f"/api/users/{quote(user)}")

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data=data, method=method, headers=self._headers)
        with self._opener.open(request, timeout=30) as answer:
            answer.read()
