import json

import pytest

from bench.figures import ALL, wanted
from bench.load import Outcome
from bench.report import Figure, noted, of_load, table


def _outcome(replies: int, *, generator_cpu: float = 0.1) -> Outcome:
    return Outcome(seconds=1.0, latencies_ms=[2.0] * replies, asked=replies, generator_cpu=generator_cpu)


def test_the_line_of_a_figure_has_every_agreed_key() -> None:
    line = json.loads(Figure(id="H-get", unit="requests/s", ours=1 / 3).line())
    agreed = {"id", "ours", "yardstick", "ratio", "p50_ms", "p95_ms", "p99_ms", "rss_mb", "n"}
    assert agreed | {"reach", "processes"} <= set(line)
    assert line["ours"] == 0.333


def test_a_load_reaches_its_goal_by_its_share_of_the_ceiling() -> None:
    good = of_load("H-get", _outcome(40), _outcome(100), reach=0.40, processes={})
    bad = of_load("H-get", _outcome(39), _outcome(100), reach=0.40, processes={})
    assert (good.ratio, good.reached, bad.reached) == (0.4, True, False)


def test_a_generator_that_was_the_limit_is_told() -> None:
    figure = of_load("H-get", _outcome(10), _outcome(10, generator_cpu=0.95), reach=0.4, processes={})
    assert "generator used 95% of a core" in figure.note


def test_the_table_shows_every_figure_with_its_notes() -> None:
    figure = noted(
        Figure(id="E-lag", unit="ms", ours=12.345, reached=False, processes={"gateway": 2}), "slow"
    )
    text = table([figure], title="today")
    assert text.startswith("today\n")
    for part in ("E-lag", "12.35 ms", "NO", "gateway=2", "slow"):
        assert part in text


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["h-GET"], ["H-get"]),
        (["M"], ["M-start", "M-idle"]),
        (["E-in"], ["E-in"]),
        ([], [it.id for it in ALL]),
    ],
)
def test_figures_are_asked_for_by_name_or_first_letter(names: list[str], ids: list[str]) -> None:
    assert [it.id for it in wanted(names)] == ids


def test_an_unknown_figure_is_refused() -> None:
    with pytest.raises(LookupError, match="X-pdf"):
        wanted(["H-get", "X-pdf"])
