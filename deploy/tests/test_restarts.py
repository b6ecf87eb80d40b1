from deploy.local.restarts import Restarts


def _pauses(*runs: float) -> list[float]:
    restarts, pauses = Restarts(), []
    for seconds in runs:
        pause, restarts = restarts.after_a_run_of(seconds)
        pauses.append(pause)
    return pauses


def test_the_first_death_is_answered_at_once():
    assert _pauses(0.1) == [0]


def test_deaths_in_a_row_are_answered_later_and_later_but_never_later_than_eight_seconds():
    assert _pauses(*[0.1] * 8) == [0, 0.5, 1, 2, 4, 8, 8, 8]


def test_ten_healthy_seconds_make_up_for_all_deaths_before():
    assert _pauses(0.1, 0.1, 0.1, 10.0, 0.1) == [0, 0.5, 1, 0, 0.5]


def test_every_restart_is_counted():
    _, restarts = Restarts(total=4).after_a_run_of(60)
    assert restarts.total == 5
