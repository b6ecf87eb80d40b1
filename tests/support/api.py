"""A client of the HTTP API, as a front-end would write it."""

from __future__ import annotations

import itertools
import secrets
from contextlib import ExitStack
from typing import Any

import httpx


class Api:
    """One caller. Methods return the raw answer, so that tests see status, headers and bytes."""

    def __init__(self, url: str, token: str | None = None) -> None:
        # Without the certificates of the world, which take longer to load than most requests.
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False, verify=False)
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *exc: object) -> None:
        self.http.close()

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.http.post(path, json=body, headers=_names(headers))

    def patch(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return self.http.patch(path, json=body, headers=_names(headers))

    def put(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.http.put(path, json=body, headers=_names(headers))

    def delete(self, path: str, **headers: str) -> httpx.Response:
        return self.http.request("DELETE", path, headers=_names(headers))

    def created(self, path: str, body: Any) -> dict[str, Any]:
        """POST that must succeed."""
        answer = self.post(path, body)
        assert answer.status_code == 201, (answer.status_code, answer.text)
        return answer.json()

    def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All pages of a list."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(path, **query).raise_for_status().json()
            found += page["data"]
            if not page["page"]["has_more"]:
                return found
            query["cursor"] = page["page"]["next"]


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def log_in(url: str, email: str, password: str) -> Api:
    """A caller with a fresh session. Close it, or use it in a `with` block."""
    with Api(url) as stranger:
        return Api(url, stranger.created("/v1/sessions", {"email": email, "password": password})["token"])


class Company:
    """A fresh corner of a running system: makes teams, agents and connectors that no other test knows.

    Used in a `with` block, it closes the clients that it made.
    """

    def __init__(self, url: str, admin: Api) -> None:
        self.url, self.admin = url, admin
        self._made = ExitStack()

    def __enter__(self) -> Company:
        return self

    def __exit__(self, *exc: object) -> None:
        self._made.close()

    def team(self) -> str:
        """A new team's id."""
        return self.admin.created("/v1/teams", {"name": f"Team {secrets.token_hex(4)}"})["id"]

    def agent(self, *teams: str) -> Api:
        """A new agent of these teams, logged in; `user_id` is on the client."""
        email, password = f"{secrets.token_hex(6)}@example.com", secrets.token_urlsafe(12)
        body = {"name": "An Agent", "email": email, "password": password, "role": "agent"}
        user = self.admin.created("/v1/users", body)
        for team in teams:
            assert self.admin.put(f"/v1/teams/{team}/members/{user['id']}").status_code < 300
        agent = self._made.enter_context(log_in(self.url, email, password))
        agent.user_id = user["id"]  # type: ignore[attr-defined]
        return agent

    def connector(self, source: str, *teams: str) -> Api:
        """A connector's key, bound to a source prefix."""
        body = {"name": "connector", "role": "connector", "source": source, "teams": list(teams)}
        key = self.admin.created("/v1/api-keys", body)
        return self._made.enter_context(Api(self.url, key["token"]))


_numbers = itertools.count(secrets.randbelow(8_000_000))


def a_mobile() -> str:
    """A Brazilian mobile that no other test of this process uses, in E.164."""
    return f"+55119{90000000 + next(_numbers) % 9_000_000:08d}"
