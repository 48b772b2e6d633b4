"""Whatever matching gives as a reason is told in words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from cophub.identities import matching
from cophub.identities.matching.reasons import Reason
from cophub.identities.matching.words import in_words, sentence


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
