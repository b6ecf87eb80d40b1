"""What a stream of changes can be asked for."""

from __future__ import annotations

from marshmallow import Schema

from gateway.push.news import TYPES
from gateway.schemas.fields import Words


class StreamQuery(Schema):
    """All types, unless some are named."""

    types = Words(*TYPES, metadata={"description": "Only events of these types, separated by commas"})
