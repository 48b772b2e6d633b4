"""The elements of a web page that somebody else wrote.

By libxml2: the parser of the standard library takes time by the square of the length for tags that
never end, and fails at some of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DECLARATION = re.compile(r"<\?xml [^>]*\?>")
_END = re.compile(r"</(?:html|body)>", re.IGNORECASE)
_LONGEST = 8 << 20
"""Characters of a page; what comes after is left out."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its name in small letters, its attributes as text, and the words within."""

    name: str
    attributes: dict[str, str]
    text: str


def elements(page: str, *names: str) -> Iterator[Element]:
    """Those of these names, in their order; none of what is no page. Nothing is fetched or run."""
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, document_fromstring

    # A declaration of another character set is not true of text; a NUL ends it for the parser, as
    # does the end of the page, after which servers write on.
    given = _DECLARATION.sub("", _END.sub("", page[:_LONGEST].replace("\0", "")), count=1)
    try:
        tree = document_fromstring(given, parser=HTMLParser(huge_tree=True))
    except (ParserError, ValueError):
        return
    for found in tree.iter(*names):
        attributes = {str(name).lower(): str(value) for name, value in found.attrib.items()}
        yield Element(found.tag, attributes, "".join(found.itertext()))


__all__ = ["Element", "elements"]
