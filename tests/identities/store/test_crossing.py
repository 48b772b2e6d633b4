"""Counts that go into another band: what is weighed again, and what is found anew."""

from typing import Any

import pytest

from cophub.identities.evidence import Evidence, Name
from cophub.identities.matching import blocking
from cophub.identities.matching.keys import (
    COUNTRY,
    WORD,
    chosen_words,
    index_keys,
    key_of,
    pair_key,
)
from cophub.identities.store.crossing import Altered, crossed, reordered
from tests.identities.store.conftest import Directory, account

NAME = Name(tokens=("awa", "maria", "ba"))
E = Evidence("news", "1", name=NAME, country="sn")
ALTERED = [Altered(1, None, E, 0)]
AWA, MARIA, BA = chosen_words(NAME)
PAIR = pair_key(MARIA, BA)
KEY = key_of(COUNTRY, "sn")


@pytest.mark.parametrize(
    ("key", "was", "now", "up", "again"),
    [
        (KEY, 3, 4, True, False),
        (KEY, 4, 5, False, False),
        (KEY, 4, 3, False, True),
        (KEY, 5, 4, False, False),
        (PAIR, 1, 2, True, False),
        (PAIR, 2, 3, False, True),
        (PAIR, 4, 5, False, False),
        (PAIR, blocking.CAP, blocking.CAP + 1, False, True),
        (PAIR, blocking.CAP + 1, blocking.CAP, False, True),
    ],
)
def test_what_is_more_common_says_less_but_words_seen_together_say_more(
    key: int, was: int, now: int, up: bool, again: bool
) -> None:
    found = crossed({key: was}, {key: now}, ALTERED)
    assert found == ({key} if up else set(), {key} if again else set())


def test_names_whose_rarest_words_are_others_now_are_found_anew(directory: Directory) -> None:
    names = ("Awa Maria Ba", "Awa Ba", "Maria Ba")
    directory.sync(*(account("news", str(at), name=name) for at, name in enumerate(names)))
    directory.resolve()
    numbers: dict[Any, int] = {
        row["account"]: row["id"] for row in directory.rows("identity_evidence")
    }
    keys = index_keys(E)
    word = key_of(WORD, AWA)
    before = dict.fromkeys(keys, 2) | {word: 1}
    with directory.warehouse.connect() as connection:
        for count, found in ((3, {numbers["0"]}), (1, set[int]())):
            after = before | {word: count}
            assert reordered(connection, {word}, before, after, ALTERED) == found
