"""Whatever matching gives as a reason is told in words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from cophub.identities import matching
from cophub.identities.matching.reasons import Reason
from cophub.identities.matching.words import in_words, sentence, worded
from cophub.identities.reading.names import read_name


def given() -> Iterator[str]:
    """The names of reasons that stand in the code of matching."""
    for path in Path(matching.__path__[0]).glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id in ("Reason", "_reason")
                and isinstance(call.args[0], ast.Constant)
            ):
                yield str(call.args[0].value)


@pytest.mark.parametrize("name", sorted({*given(), "name_near", "name_partial", "two_at_work"}))
def test_each_reason_has_words_of_its_own(name: str) -> None:
    told = in_words(Reason(name, 1.0, "2"))
    assert told != name.replace("_", " ")
    assert "{" not in told


def test_kinds_of_mailbox_are_told() -> None:
    assert in_words(Reason("boxes", -0.4, "private work")) == "kinds of mailbox: private and work"


def test_a_sentence_ends_with_the_sum() -> None:
    reasons = (Reason("name_equal", 5.0, "1"), Reason("country_other", -1.0))
    assert sentence(reasons) == "name equal, borne by 1 other mailbox · different countries · +4.0"


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("Joseph Mwangi", "Joseph Kamau Mwangi", "one name is part of the other"),
        ("Joseph K. Mwangi", "Joseph Kamau Mwangi", "names agree, one with an initial"),
        ("Bob Smith", "Robert Smith", "names agree but for a short form"),
        ("Bob Otieno Smith", "Robert Smith", "names agree but for a short form"),
        ("Xiao Ming Li", "Xiaoming Li", "same name with words written in one"),
        ("Mohamed Ali Said", "Muhammad Ali Said", "name spelled another way"),
        ("Wanjiru Kamau", "Wanjriu Kamau", "names agree but for a slip"),
        ("Joseph Mwangi", "Joseph Mwangi", "names agree as far as both go"),
    ],
)
@pytest.mark.parametrize("kept", ["name_partial", "name_near"])
def test_how_names_are_alike_is_told_as_it_is(one: str, other: str, said: str, kept: str) -> None:
    """Whatever the reason is kept as; where the names at hand do not tell, nothing is claimed."""
    mine, theirs = read_name(one)[0], read_name(other)[0]
    assert mine is not None and theirs is not None
    (reason,) = worded([Reason(kept, 3.0, "1")], [mine], [theirs])
    if one == other and kept == "name_near":
        said = "names alike"
    assert in_words(reason) == f"{said}, borne by 1 other mailbox"


def test_an_organisation_is_told_by_its_name_and_never_by_a_key() -> None:
    reason = Reason("organization_same", 2.0, "lakeside-university")
    assert in_words(reason) == "both Lakeside University"
    assert in_words(reason._replace(detail="who")) == "both World Health Organization"
    assert in_words(reason._replace(detail="lake-side.example")) == "both lake-side.example"
    (told,) = worded([reason], (), (), {"lakeside-university": "Lakeside University of LU"})
    assert in_words(told) == "both Lakeside University of LU"
    assert in_words(Reason("not_persons", 0.0, "role_mailbox")).endswith("(role mailbox)")


def test_a_country_is_told_by_its_name() -> None:
    assert in_words(Reason("country_same", 0.3, "ke")) == "both in Kenya"
    assert in_words(Reason("country_same", 0.3, "atlantis")) == "both in Atlantis"
