"""When a callback is tried again, what it is signed with, and whose turn is next."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest

from taskyard.domain.callbacks.rules import Receiver, is_success, last_turns, next_wait, signatures

HOUR = 3600.0
DAY = 24 * HOUR


def waits(chance: float = 0.5) -> list[float]:
    passed = 0.0
    found: list[float] = []
    while (wait := next_wait(len(found) + 1, passed, chance, first=5, limit=DAY)) is not None:
        found.append(wait)
        passed += wait
    return found


def test_waits_grow_threefold_up_to_four_hours_and_end_after_a_day() -> None:
    found = waits()
    assert found[:4] == [5, 15, 45, 135]
    assert max(found) == 4 * HOUR
    assert sum(found) == DAY
    assert len(found) == 13


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_chance_moves_a_wait_by_a_tenth(chance: float) -> None:
    assert next_wait(1, 0, chance, first=100, limit=DAY) == pytest.approx(90 + 20 * chance)


def test_a_receiver_may_ask_for_more_time_but_not_for_less_nor_past_the_end() -> None:
    assert next_wait(1, 0, 0.5, first=5, limit=DAY, asked=60) == 60
    assert next_wait(3, 0, 0.5, first=5, limit=DAY, asked=1) == 45
    assert next_wait(1, DAY - 10, 0.5, first=5, limit=DAY, asked=HOUR) == 10
    assert next_wait(1, DAY, 0.5, first=5, limit=DAY, asked=HOUR) is None


def test_many_tries_are_no_number_too_large() -> None:
    assert next_wait(10_000, 0, 0.5, first=5, limit=DAY) == 4 * HOUR


def test_only_2xx_is_success() -> None:
    assert [status for status in (None, 100, 199, 200, 204, 299, 300, 302, 400, 410, 500) if is_success(status)] == [
        200, 204, 299,
    ]  # fmt: skip


def test_the_signature_is_that_of_the_scheme() -> None:
    """The example of its documentation."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    signed = signatures([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    assert signatures([secret, other], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body).startswith(f"{signed} v1,")


HERE, THERE = UUID(int=1), UUID(int=2)


def test_the_next_turn_is_that_of_the_receiver_behind_the_last_that_had_one() -> None:
    looked_at = [*(Receiver(HERE, host) for host in "cdab"), Receiver(THERE, "x"), Receiver(THERE, "y")]
    had = last_turns(looked_at, {Receiver(HERE, "d"), Receiver(HERE, "a"), Receiver(THERE, "a")})
    assert had == {HERE: "a", THERE: "y"}, "where none had one, behind those that were looked at"
