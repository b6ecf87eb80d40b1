"""The notebook, losing patience with itself after five events in a row."""

from servicekit.events import batch
from servicekit.tests.events.notebook import NotebookService

batch.PARKED_IN_A_ROW = 5

__all__ = ["NotebookService"]
