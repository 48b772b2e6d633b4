"""`explain`: what a code means, for a person and for a program."""

from collections.abc import Callable

import pytest

from cophub.error_codes import CATALOGUE

from .conftest import Answer, Folder

Call = Callable[..., Answer]


@pytest.mark.parametrize("written", ["CPH-A02", "a02", "a2", "[CPH-A02]", " cph-a2 "])
def test_a_code_is_told_however_it_is_written(cophub: Call, written: str) -> None:
    answer = cophub("explain", written)
    entry = CATALOGUE["CPH-A02"]
    assert answer.code == 0
    for text in (entry.title, entry.cause, entry.next_step, "docs/errors.md#cph-a02"):
        assert text in answer.out


def test_without_a_code_all_are_listed(cophub: Call) -> None:
    lines = cophub("explain").out.splitlines()
    assert len(lines) == len(CATALOGUE) + 1


def test_a_program_reads_it_too(cophub: Call) -> None:
    [told] = cophub("explain", "w2", "--json").json["codes"]
    assert (told["code"], told["docs"]) == ("CPH-W02", "docs/errors.md#cph-w02")
    assert told["cause"] and told["next_step"]


def test_no_plugins_toml_is_needed(cophub: Call, folder: Folder) -> None:
    (folder.folder / "plugins.toml").unlink()
    assert cophub("explain", "C04").code == 0


def test_a_code_that_is_none(cophub: Call) -> None:
    answer = cophub("explain", "CPH-A99")
    assert answer.code == 2
    assert 'there is no code "CPH-A99"' in answer.err
    assert answer.err.rstrip().endswith("[CPH-C10]")
