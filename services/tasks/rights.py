"""Who may do what with something that somebody wrote. What a role may never do is in servicekit.rights."""

from __future__ import annotations

from uuid import UUID

from servicekit.errors import Forbidden
from servicekit.scope import Scope


def check_author(scope: Scope, author_id: UUID) -> None:
    """For whoever reads it already: the author and administrators change and delete it, and nobody else."""
    if not scope.is_admin and scope.user_id != str(author_id):
        raise Forbidden("not_the_author")
