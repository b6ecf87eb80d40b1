"""One normalizer for telephone lines, e-mails, WhatsApp and platform ids. Pure: no I/O, no framework.

Everything that writes, checks or searches contact data goes through `normalise`, so that two spellings of one
address are one identity wherever they come from. See README.md for the rules and their sources.
"""

from identity.model import KINDS, ContactPoint, Identity, InvalidContact
from identity.normaliser import normalise
from identity.search import is_contact_like, line_candidates, line_spellings
from identity.text import digits_of

__all__ = [
    "KINDS",
    "ContactPoint",
    "Identity",
    "InvalidContact",
    "digits_of",
    "is_contact_like",
    "line_candidates",
    "line_spellings",
    "normalise",
]
