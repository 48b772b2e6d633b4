"""Every column of the warehouse says whether it is about people."""

import pytest

from cophub.plugins import load_plugins
from cophub.warehouse import privacy, tables, views

_TABLES = {name: [c.name for c in t.columns] for name, t in tables.metadata.tables.items()}
_VIEWS = {view.name: list(view.columns) for view in views.VIEWS}


@pytest.mark.parametrize(("name", "columns"), sorted((_TABLES | _VIEWS).items()))
def test_every_column_has_one_tag(name: str, columns: list[str]) -> None:
    assert sorted(privacy.tags(name)) == sorted(columns)


def test_nothing_is_tagged_that_is_not_there() -> None:
    assert set(privacy.all_tables()) == {*_TABLES, *_VIEWS}


def test_what_connectors_call_personal_is_not_plain() -> None:
    """A connector that declares a column personal and the tags agree."""
    plain = {
        f"{name}: {column}"
        for name, connector in load_plugins().connectors.items()
        for column in connector.personal
        if privacy.tags(column.partition(".")[0])[column.partition(".")[2]] == "plain"
    }
    assert not plain


@pytest.mark.parametrize("name", sorted(_TABLES))
def test_who_is_named_is_an_identifier(name: str) -> None:
    named = {"account", "person", "email", "author_name", "organizer", "username", "merged_into"}
    for column in named & set(_TABLES[name]):
        assert privacy.tags(name)[column] == "identifier", (name, column)
