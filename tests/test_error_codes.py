"""The catalogue of codes: every error has one, every one is told, and none is made up."""

import ast
import re
from pathlib import Path

import cophub
from cophub import error_codes, errors
from cophub.error_codes import CATALOGUE, names

PACKAGE = Path(cophub.__file__).parent
PAGE = PACKAGE.parent / "docs" / "errors.md"


def classes() -> list[type[errors.CophubError]]:
    found = [one for one in vars(errors).values() if isinstance(one, type)]
    return [one for one in found if issubclass(one, errors.CophubError)]


def test_every_class_of_errors_has_a_code_of_its_own() -> None:
    codes = [one.usual_code for one in classes()]
    assert len(set(codes)) == len(codes) == 8
    assert set(codes) <= set(CATALOGUE)


def test_a_raised_error_has_the_code_of_its_class_or_the_one_it_was_given() -> None:
    assert errors.AuthError("no").code == "CPH-A01"
    assert str(errors.AuthError("no", code="CPH-A09")) == "no"
    assert errors.AuthError("no", code="CPH-A09").code == "CPH-A09"


def test_every_code_that_the_code_names_is_in_the_catalogue() -> None:
    named: dict[str, str] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            whole = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if whole and re.fullmatch(r"CPH-[A-Z]\d\d", node.value):
                named[node.value] = str(path)
    assert {code: at for code, at in named.items() if code not in CATALOGUE} == {}


def test_every_code_comes_from_somewhere() -> None:
    """By its name, or as the code of a class; else nobody would ever meet what the docs tell."""
    used = {one.usual_code for one in classes()}
    told = PACKAGE / "error_codes"
    for path in PACKAGE.rglob("*.py"):
        if told in path.parents:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        loaded |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        used |= {getattr(names, name) for name in loaded & set(names.__all__)}
    assert set(CATALOGUE) - used == set()


def test_every_name_has_an_entry() -> None:
    assert sorted(getattr(names, name) for name in names.__all__) == sorted(CATALOGUE)


def test_what_status_advises_names_the_source() -> None:
    for entry in CATALOGUE.values():
        if entry.advice and "cophub" in entry.advice:
            assert "SOURCE" in entry.advice or entry.advice == "upgrade cophub here too", entry


def test_every_code_says_what_it_is_why_it_comes_and_what_to_do() -> None:
    for code, entry in CATALOGUE.items():
        assert entry.code == code
        assert not entry.title.endswith(".")
        assert entry.cause.endswith(".") and entry.next_step.endswith(".")


def test_every_code_has_a_heading_in_the_docs() -> None:
    headings = re.findall(r"^## (\S+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [one for one in headings if one.startswith("CPH")] == list(error_codes.CATALOGUE)
