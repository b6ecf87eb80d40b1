"""A system that is too busy says so and when to come back: that is no answer to what was asked."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.security.door import Answer, Request

Send = Callable[[Request], Answer]
REPEATS = 20


def patient(send: Send, sleep: Callable[[float], None] = time.sleep) -> Send:
    """Sends again what was put off by a 503 with Retry-After, after that time and so often at most.

    A 503 says that nothing was done, so sending again asks nothing twice.
    """

    def until_answered(request: Request) -> Answer:
        answer = send(request)
        for _ in range(REPEATS):
            seconds = answer.header("retry-after")
            if answer.status != 503 or seconds is None:
                break
            sleep(float(seconds))
            answer = send(request)
        return answer

    return until_answered
