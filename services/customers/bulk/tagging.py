"""The tags of an action: named by whoever asked, and the same tags to the end, however they are renamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.customers.bulk import queries
from services.customers.registry.domain.customer import Tag
from services.customers.registry.domain.forms import Form, ListEdit
from services.customers.registry.writing import Work
from services.customers.tags import use


def kept(work: Work, form: Form) -> Form:
    """With the tags as customers have them; those to be added that nobody used before are created."""
    connection = work.uow.connection
    edit = use.with_aliases_resolved(connection, form.tags)
    known = tuple(tag for tag in edit.remove if tag.id is not None)
    return replace(form, tags=ListEdit(add=use.keep(connection, edit.add, at=work.at), remove=known))


def numbers_in(form: Form) -> list[int]:
    return [tag.id for tag in (*form.tags.add, *form.tags.remove) if tag.id is not None]


def as_of_now(work: Work, form: Form, numbers: Sequence[int]) -> Form:
    """With the tags that these numbers mean now: joined ones are the survivor, deleted ones are none."""
    found = queries.tags_of(work.uow.connection, numbers)
    tags: tuple[Tag, ...] = tuple({tag.id: tag for tag in found.values()}.values())
    edit = ListEdit(add=tags) if form.tags.add else ListEdit(remove=tags)
    return replace(form, tags=edit)
