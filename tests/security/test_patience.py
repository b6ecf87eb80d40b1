"""A campaign counts answers; a request that was put off is sent again, and not for ever."""

from __future__ import annotations

from tests.security.door import Answer, Request
from tests.security.patience import REPEATS, patient

LATER = Answer(503, (("retry-after", "2"),), b"")
DOWN = Answer(503, (), b"")
FOUND = Answer(409, (), b"")
LIMITED = Answer(429, (("retry-after", "60"),), b"")


def sent(*answers: Answer) -> tuple[Answer, list[float]]:
    """What a patient campaign is answered in the end by a system that answers so in turn, and its waits."""
    coming, waits = iter(answers), list[float]()
    answer = patient(lambda _: next(coming), waits.append)(Request("get_me"))
    return answer, waits


def test_a_request_that_was_put_off_is_sent_again_after_the_time_that_was_named():
    assert sent(LATER, LATER, FOUND) == (FOUND, [2, 2])


def test_every_other_answer_counts_at_once():
    for answer in (FOUND, LIMITED, DOWN):
        assert sent(answer) == (answer, [])


def test_a_system_that_puts_off_for_ever_is_believed():
    answer, waits = sent(*[LATER] * (REPEATS + 1))
    assert (answer, len(waits)) == (LATER, REPEATS)
