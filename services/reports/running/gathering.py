"""What was counted of a run: in memory for one slice of time, in storage from one to the next.

Each step leaves the ranges that it counted as a file, and the job knows the files. So whoever goes on, in
whichever process, counts together what is there, and nothing stays behind when a run is cancelled or fails.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from directory.file_rights import Rights
from servicekit import jsonio
from servicekit.files import storage
from servicekit.ids import new_id
from services.reports.running.domain.merging import Merging
from services.reports.running.kinds import PARTS

Json = dict[str, Any]
MAX_GROUPS: Final = 1_000_000
SIZE: Final = 50_000  # of a range of customers
# More files than these become one, so that to go on never takes longer than a slice.
_MOST_PARTS: Final = 8
_ANSWERED: Final = ("as_of", "selection", "warnings")
_FORM: Final = 2  # of parts: those of another one are counted anew
_PLAIN: Final = ("next", "size", "total", "is_whole", "labels", "begun", *_ANSWERED)


@dataclass(slots=True)
class Gathering:
    """`parts` are the files that it is in, `is_whole`: every customer is counted. `labels`: what things were
    called before the first range; `begun`: how often it was begun."""

    parts: list[str] = field(default_factory=list)
    merging: Merging = field(default_factory=lambda: Merging(MAX_GROUPS))
    next: str | None = None
    size: int = field(default_factory=lambda: SIZE)
    total: int | None = None
    is_whole: bool = False
    labels: dict[str, dict[str, str]] | None = None
    begun: int = 1
    as_of: str | None = None  # of the first range, as are the selection and what is the matter with it
    selection: Json | None = None
    warnings: list[Json] = field(default_factory=list)
    rights: Rights | None = None
    files: Json | None = None
    summary: Json | None = None
    _fresh: list[Json] = field(default_factory=list)  # frames that no file has
    _replaced: list[str] = field(default_factory=list)  # files whose frames another one has

    def made_with(self, rights: Rights) -> None:
        """One more step, with these."""
        self.rights = self.rights.with_those(rights) if self.rights else rights

    def add(self, page: Json) -> None:
        """The next range. Raises TooManyGroups."""
        self.merging.add(page["frame"])
        self._fresh.append(page["frame"])
        self.next, self.is_whole = page["next"], page["next"] is None
        if self.as_of is None:
            for name in _ANSWERED:
                setattr(self, name, page[name])

    def keep(self) -> None:
        """What is new, as one more file."""
        if self.parts:  # by now the job knows the one that took their place
            storage().delete(self._replaced)
            self._replaced = []
        assert self.rights is not None
        head = {name: getattr(self, name) for name in _PLAIN}
        part = {"form": _FORM, **head, "rights": self.rights.dump(), "frames": self._fresh}
        self.parts = [*self.parts, stored(PARTS, jsonio.dumps(part))]
        self._fresh = []


def load(parts: Sequence[str], *, go_on: Callable[[], None]) -> Gathering | None:
    """As the last step left it; None if files are gone, or of another release. `go_on` may raise whatever is
    to end this."""
    found = Gathering()
    for key in parts:
        go_on()
        try:
            with storage().reader(key) as file:
                part = jsonio.loads(file.read())
        except FileNotFoundError:
            return None
        if part.pop("form", None) != _FORM:
            return None
        for frame in part.pop("frames"):
            found.merging.add(frame)
        found.rights = Rights.load(part.pop("rights"))
        for name, value in part.items():
            setattr(found, name, value)
    if len(parts) > _MOST_PARTS:
        found._fresh, found._replaced = [found.merging.frame()], list(parts)
    else:
        found.parts = list(parts)
    return found


def stored(folder: str, content: bytes) -> str:
    """The key of a new file."""
    key = f"{folder}/{new_id()}"
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "file"
        path.write_bytes(content)
        storage().upload(key, path)
    return key
