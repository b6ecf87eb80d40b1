from collections import Counter

import orjson

from bench.conversation_events import conversation_events, introductions


def _senders(messages: list) -> list[str]:  # type: ignore[type-arg]
    bodies = [orjson.loads(message.body) for message in messages]
    return [body["data"]["contact"]["identities"][0]["value"] for body in bodies]


def test_the_share_of_known_senders_holds_from_the_first_event_on() -> None:
    known = set(_senders(introductions(100, seed=3)))
    senders, new = _senders(conversation_events(2_000, seed=3, known=100)), 0
    for sender in senders:
        new += sender not in known
        known.add(sender)
    assert 0.27 < new / len(senders) < 0.33


def test_no_event_and_no_message_comes_twice() -> None:
    bodies = [orjson.loads(m.body) for m in introductions(500) + conversation_events(2_000, known=500)]
    assert max(Counter(body["id"] for body in bodies).values()) == 1
    assert max(Counter(body["data"]["message"]["id"] for body in bodies).values()) == 1


def test_a_message_continues_a_conversation_that_was_started_before_it() -> None:
    started = set()
    for message in introductions(50) + conversation_events(1_000, known=50):
        conversation = orjson.loads(message.body)["data"]["conversation"]["id"]
        if message.routing_key == "conversation.started.v1":
            started.add(conversation)
        assert conversation in started


def test_different_seeds_are_different_people() -> None:
    assert not set(_senders(introductions(300, seed=1))) & set(_senders(introductions(300, seed=2)))
