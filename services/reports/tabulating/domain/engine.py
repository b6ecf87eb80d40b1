"""From a frame and a configuration to the answer."""

from __future__ import annotations

from services.reports.configuring.domain.model import Configuration
from services.reports.tabulating.domain.chart import chart_of
from services.reports.tabulating.domain.columns import Json, title_of, told_columns
from services.reports.tabulating.domain.frame import Frame
from services.reports.tabulating.domain.lines import grand_of, lines_of, wholes_of
from services.reports.tabulating.domain.remembering import AxisMemory
from services.reports.tabulating.domain.shapes import rows_of, tree_of
from services.reports.tabulating.domain.suggested import suggested
from services.reports.tabulating.domain.table import Former, table_of
from services.reports.tabulating.domain.told_values import values_of

TREE = "tree"


def tabulate(
    frame: Frame,
    configuration: Configuration,
    *,
    former: Former | None = None,
    shape: str | None = None,
    measured: str = "",
    memory: AxisMemory | None = None,
) -> Json:
    """The table as JSON: its `rows`, or for the shape "tree" its `tree`.

    `former`: of a field, what its values were called before, folded, and what they are called today.
    `measured`: how the field of the total is called. `memory`: of reports on the same frames before.
    Raises Invalid for a table that is too large, and KeyError for a field that the frame has not.
    """
    title = title_of(configuration.total, measured)
    table = table_of(frame, configuration, former or {}, memory or AxisMemory())
    wholes = wholes_of(table)
    grand = grand_of(table, wholes)
    levels = lines_of(table, wholes)
    if shape == TREE:
        told: Json = {"tree": tree_of(levels, grand)}
    else:
        told = {"rows": rows_of(levels, subtotals=configuration.subtotals)}
    return {
        "columns": told_columns(configuration.total, title, table.groupings, table.cells),
        **told,
        "grand_total": grand["total"],
        "grand": {key: value for key, value in grand.items() if key != "total"},
        "values": values_of(table),
        "suggestions": suggested(table),
        "chart": chart_of(table, title, levels[0].told),
        "warnings": table.warnings,
        "customers": frame.customers,
    }
