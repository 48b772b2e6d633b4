"""How long somebody was there who came several times, and who a guest is."""

from datetime import UTC, datetime

import pytest

from cophub.connectors.attendance import covered, guest_key


def at(minute: int) -> datetime:
    return datetime(2026, 5, 1, 9, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stays", "minutes"),
    [
        ([], 0),
        ([(0, 10), (20, 25)], 15),
        ([(20, 25), (0, 10)], 15),
        ([(0, 10), (5, 20)], 20),
        ([(0, 30), (5, 10), (20, 40)], 40),
        ([(0, 10), (10, 20), (0, 10)], 20),
        ([(10, 5)], 0),
    ],
    ids=["none", "apart", "in any order", "overlapping", "within", "touching", "backwards"],
)
def test_time_on_two_devices_counts_once(stays: list[tuple[int, int]], minutes: int):
    assert covered((at(joined), at(left)) for joined, left in stays) == minutes


def test_a_guest_is_who_typed_the_same_name_at_the_same_place():
    assert guest_key("7", "  ADA   Okafor ") == guest_key("7", "Ada Okafor") == "guest:7:ada okafor"
    assert (
        guest_key("7", "Jose\u0301") == guest_key("7", "JOS\u00c9") != guest_key("8", "Jos\u00e9")
    )
    assert guest_key("7", "  ") == ""
