import pytest

from bench.figures.person import Question, take_turns
from servicekit.errors import Invalid


def test_a_refused_question_is_counted_and_the_others_are_asked() -> None:
    def refuse() -> None:
        raise Invalid("query_too_expensive")

    ours, by_hand, refused = take_turns(Question(refuse, lambda: None), 3)
    assert (len(ours), len(by_hand), refused) == (3, 3, 4)


def test_a_wrong_question_is_no_figure() -> None:
    def wrong() -> None:
        raise Invalid.at("/kinds", "unknown_kind", "no such kind")

    with pytest.raises(Invalid):
        take_turns(Question(wrong, lambda: None), 3)
