"""Looking at merges in the database while they happen: in no moment is one half done."""

from __future__ import annotations

import threading
from typing import Any, Final

import psycopg

# One statement sees one moment. Whose root is absorbed itself; who is absorbed without whom by; whose pointer
# leads into another customer; what is shown by another one; who is found and should not be, or the other way.
_TORN: Final = """
    SELECT (SELECT count(*) FROM customer c JOIN customer r ON r.id = c.root_id WHERE r.root_id <> r.id)
         + (SELECT count(*) FROM customer WHERE (merged_into IS NULL) <> (root_id = id)
                OR (merged_into IS NULL) <> (merged_by IS NULL))
         + (SELECT count(*) FROM customer c JOIN customer i ON i.id = c.merged_into
            WHERE i.root_id <> c.root_id)
         + (SELECT count(*) FROM contact_point p JOIN customer c ON c.id = p.customer_id
            WHERE p.root_id <> c.root_id)
         + (SELECT count(*) FROM customer c FULL JOIN customer_search s ON s.customer_id = c.id
            WHERE coalesce(c.live, false) <> (s.customer_id IS NOT NULL))
         + (SELECT count(*) FROM merge_member m JOIN merge g ON g.id = m.merge_id
            JOIN customer c ON c.id = m.customer_id
            WHERE (g.state = 'applied') <> (c.merged_by IS NOT DISTINCT FROM g.id))"""

# The seeded bug: half of a merge is forgotten.
FORGET_POINTS: Final = """
    CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.root_id := OLD.root_id; RETURN NEW; END $$;
    CREATE TRIGGER forget BEFORE UPDATE ON contact_point FOR EACH ROW EXECUTE FUNCTION forget()"""


class Watch:
    """Looks all the while, on a connection of its own. Use it in a `with` block; then read what it saw."""

    def __init__(self, database_url: str, *, every: float = 0.1) -> None:
        self.moments = self.torn = 0
        self._url, self._every = database_url, every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join(30)

    def _look(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._over.wait(self._every):
                self.torn += torn(connection)
                self.moments += 1


def torn(connection: psycopg.Connection[Any]) -> int:
    """How much of any merge is not like the rest of it."""
    row = connection.execute(_TORN).fetchone()
    assert row is not None
    return int(row[0])
