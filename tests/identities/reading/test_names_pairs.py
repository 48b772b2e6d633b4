"""A table of invented pairs of names of many cultures, and how alike they are."""

from pathlib import Path

import pytest

from cophub.identities.reading import names
from cophub.identities.reading.names import compare, read_name

TABLE = Path(__file__).with_name("name_pairs.txt")


def rows() -> list[tuple[str, str, str, str]]:
    found = []
    culture = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            culture = line.strip("[]")
        elif line and not line.startswith("#"):
            expected, one, other = (part.strip() for part in line.split("\t"))
            found.append((culture, expected, one, other))
    return found


@pytest.mark.parametrize(("culture", "expected", "one", "other"), rows())
def test_names_of_many_cultures(culture: str, expected: str, one: str, other: str) -> None:
    """The level in the table, in both directions, and what a clash is of."""
    first, second = read_name(one)[0], read_name(other)[0]
    assert first is not None
    assert second is not None
    level, _, why = expected.partition(" ")
    for likeness in (compare(first, second), compare(second, first)):
        assert likeness.level == getattr(names, level), (likeness, first, second)
        assert likeness.clash == (level == "CLASH")
        assert likeness.why == why


def test_the_table_is_wide() -> None:
    assert len(rows()) >= 250
    assert len({culture for culture, *_ in rows()}) >= 25
