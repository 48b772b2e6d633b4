"""Lists and their columns."""

import re
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import fromstring

from cophub.sandbox.microsoft.sharepoint.addresses import By, rest
from cophub.sandbox.microsoft.sharepoint.asking import Ask, invalid
from cophub.sandbox.microsoft.sharepoint.odata import Many, Plain, Thing
from cophub.sandbox.microsoft.sharepoint.state import (
    TYPES,
    Column,
    SPList,
    encode_name,
)
from cophub.sandbox.microsoft.sharepoint.things import chosen, field_thing, folder_thing, list_thing

TAKEN = "-2130575342, Microsoft.SharePoint.SPException"


@rest("GET", "web/lists")
def lists(ask: Ask) -> Many:
    """Every list of the site, hidden ones too."""
    rows = sorted(ask.site.lists.values(), key=lambda each: each.title.lower())
    if text := ask.query.get("$filter"):
        rows = [of for of in rows if _passes(of, text)]
    return Many([list_thing(ask, of) for of in rows[: ask.number("$top", len(rows))]])


def _passes(of: SPList, text: str) -> bool:
    known: dict[str, Any] = {
        "hidden": str(of.hidden).lower(), "basetemplate": str(of.template),
        "title": of.title.lower(), "id": of.id,
    }  # fmt: skip

    def one(term: str) -> bool:
        match = re.fullmatch(r"\(?\s*(\w+)\s+(eq|ne)\s+(?:guid)?'?(.*?)'?\s*\)?", term.strip())
        if match is None or match[1].lower() not in known:
            raise invalid(f'The expression "{text}" is not valid.')
        return bool((known[match[1].lower()] == match[3].lower()) == (match[2] == "eq"))

    return any(all(map(one, part.split(" and "))) for part in text.split(" or "))


@rest("GET", "web/lists()")
def one_list(ask: Ask, by: By) -> Thing:
    """One list."""
    return list_thing(ask, ask.list(by))


@rest("GET", "web/lists()/currentchangetoken")
def list_token(ask: Ask, by: By) -> Plain:
    """The token of a list."""
    value = ask.site.log.token(3, ask.now, ask.list(by).id)
    return Plain({"StringValue": value}, "SP.ChangeToken", "CurrentChangeToken")


@rest("GET", "web/lists()/itemcount")
def item_count(ask: Ask, by: By) -> Plain:
    """How many rows a list has."""
    return Plain({"value": len(ask.list(by).items)}, "Edm.Int32", "ItemCount")


@rest("GET", "web/lists()/rootfolder")
def root_folder(ask: Ask, by: By) -> Thing:
    """The folder that a list is."""
    of = ask.list(by)
    return chosen(ask, folder_thing(ask, of.root, len(of.items)))


@rest("POST", "web/lists", write=True)
def add_list(ask: Ask) -> Thing:
    """A new list; a title that is taken is refused."""
    body = ask.body()
    title, template = str(body.get("Title") or ""), int(body.get("BaseTemplate") or 100)
    if not title:
        raise invalid("The parameter Title cannot be empty.")
    if ask.site.list_named(title) is not None:
        words = "A list, survey, discussion board, or document library with the specified title "
        words += "already exists in this Web site.  Please choose another title."
        raise invalid(words, TAKEN)
    more = {"description": str(body.get("Description") or ""), "hidden": bool(body.get("Hidden"))}
    made = ask.acts.add_list(ask.site, title, template, by=ask.by, **more)
    return list_thing(ask, made)


@rest("MERGE", "web/lists()", write=True)
def change_list(ask: Ask, by: By) -> None:
    """A new title or description."""
    of, body = ask.list(by), ask.body()
    of.description = body.get("Description", of.description)
    of.hidden = bool(body.get("Hidden", of.hidden))
    ask.acts.rename_list(ask.site, of, body.get("Title", of.title), ask.by)


@rest("DELETE", "web/lists()", write=True)
def delete_list(ask: Ask, by: By) -> None:
    """Remove a list."""
    ask.acts.delete_list(ask.site, ask.list(by), ask.by)


@rest("POST", "web/lists()/recycle", write=True)
def recycle_list(ask: Ask, by: By) -> Plain:
    """Put a list into the recycle bin."""
    of = ask.list(by)
    ask.acts.delete_list(ask.site, of, ask.by)
    return Plain({"value": of.id}, "Edm.Guid", "Recycle")


# Columns


@rest("GET", "web/lists()/fields")
def fields(ask: Ask, by: By) -> Many:
    """Every column of a list."""
    of = ask.list(by)
    found = list(of.columns.values())
    for term in re.split(r"\s+and\s+", ask.query.get("$filter", "")):
        match = re.fullmatch(r"(\w+)\s+eq\s+'?(.*?)'?", term.strip())
        if match is not None:
            found = [c for c in found if _field_passes(of, c, match[1], match[2])]
        elif term.strip():
            raise invalid(f'The expression "{term}" is not valid.')
    return Many([chosen(ask, field_thing(of, each)) for each in found])


def _field_passes(of: SPList, column: Column, name: str, value: str) -> bool:
    data = field_thing(of, column).data
    known = {key.lower(): each for key, each in data.items()}
    if name.lower() not in known:
        raise invalid(f"The field or property '{name}' does not exist.")
    return str(known[name.lower()]).lower() == value.lower()


@rest("GET", "web/lists()/fields()")
def one_field(ask: Ask, by: By, name: By) -> Thing:
    """One column."""
    of = ask.list(by)
    return field_thing(of, _column(ask, of, name))


def _column(ask: Ask, of: SPList, name: By) -> Column:
    for each in of.columns.values():
        if field_thing(of, each).data["Id"] == name.value.lower():
            return each
    return ask.column(of, name.value)


@rest("POST", "web/lists()/fields", write=True)
def add_field(ask: Ask, by: By) -> Thing:
    """A new column."""
    return _add_field(ask, by, ask.body())


@rest("POST", "web/lists()/fields/add", write=True)
@rest("POST", "web/lists()/fields/addfield", write=True)
def add_field_by_parameters(ask: Ask, by: By) -> Thing:
    """A new column."""
    return _add_field(ask, by, ask.body().get("parameters") or {})


def _add_field(ask: Ask, by: By, body: dict[str, Any]) -> Thing:
    of, title = ask.list(by), str(body.get("Title") or "")
    if not title:
        raise invalid("The parameter Title cannot be empty.")
    type = TYPES.get(int(body.get("FieldTypeKind") or 2), "Text")
    choices = body.get("Choices") or ()
    choices = choices.get("results", ()) if isinstance(choices, dict) else choices
    column = Column(encode_name(title), title, type, choices=tuple(choices))
    if body.get("LookupListId"):
        column.lookup_list = str(body["LookupListId"]).strip("{}").lower()
    return field_thing(of, ask.acts.add_column(ask.site, of, column, ask.by))


@rest("POST", "web/lists()/fields/createfieldasxml", write=True)
def add_field_as_xml(ask: Ask, by: By) -> Thing:
    """A new column from its schema, whose Name is the internal one."""
    of, body = ask.list(by), ask.body()
    xml = (body.get("parameters") or body).get("SchemaXml", "")
    try:
        field = fromstring(xml)
    except ParseError as error:
        raise invalid(f"The schema is no XML: {error}") from error
    title = field.get("DisplayName") or field.get("Name") or ""
    name = field.get("StaticName") or field.get("Name") or encode_name(title)
    column = Column(
        name, title, field.get("Type", "Text"),
        indexed=field.get("Indexed", "").upper() == "TRUE",
        choices=tuple(each.text or "" for each in field.iter("CHOICE")),
        bare=field.get("Format") == "DateOnly",
    )  # fmt: skip
    return field_thing(of, ask.acts.add_column(ask.site, of, column, ask.by))


@rest("MERGE", "web/lists()/fields()", write=True)
def change_field(ask: Ask, by: By, name: By) -> None:
    """A new title; the internal name stays."""
    column, body = _column(ask, ask.list(by), name), ask.body()
    column.title = body.get("Title", column.title)
    column.indexed = bool(body.get("Indexed", column.indexed))


@rest("DELETE", "web/lists()/fields()", write=True)
def delete_field(ask: Ask, by: By, name: By) -> None:
    """Remove a column with all its values."""
    of = ask.list(by)
    del of.columns[_column(ask, of, name).name]


@rest("GET", "web/lists()/views")
@rest("GET", "web/lists()/contenttypes")
def nothing(ask: Ask, by: By) -> Many:
    """What these lists have none of."""
    return Many([])
