"""What an answer of the XML API says: its status, and rows of attributes and elements.

HTTP answers 200 whatever happened; what did stands in `status/@code`. The XML comes from outside,
so document types and entities are refused before anything is made of them.
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from cophub import SourceUnavailable
from cophub.connectors.instants import instant
from cophub.http import redact

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# What XML 1.0 forbids, as bytes and as references; people paste it into names.
_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*([0-9a-f]{1,6})|0*([0-9]{1,7}));?", re.I
)
_ALLOWED_CONTROLS = (9, 10, 13)


class Row(msgspec.Struct, frozen=True):
    """One item: its attributes and elements by name. What is empty is not there."""

    tag: str
    values: dict[str, str]

    def get(self, name: str) -> str | None:
        """A text, or None."""
        return self.values.get(name)

    def id(self, name: str) -> str:
        """An id. Raises KeyError where there is none and ValueError where it is no number."""
        text = self.values[name]
        if not re.fullmatch(r"-?\d+", text):
            raise ValueError(f"{name} is {text!r}, not a number")
        return text

    def count(self, name: str) -> int | None:
        """A number of things, or None where there is none."""
        text = self.values.get(name)
        return None if text is None else int(text)

    def instant(self, name: str) -> datetime | None:
        """An instant in UTC, or None where the vendor has none.

        Raises ValueError for what is no instant, and for one without a zone.
        """
        return instant(self.values.get(name))


class Answer(msgspec.Struct, frozen=True):
    """A whole answer."""

    code: str
    """`ok`, `invalid`, `no-access`, `no-data`, `too-much-data` or another word of the vendor's."""
    subcode: str
    invalid: tuple[str, ...]
    """What the vendor calls wrong with a request: names of fields and what is wrong, no values."""
    containers: dict[str, list[Row]]
    """Rows by the name of the element that they lie in; that element itself comes first."""

    def rows(self, container: str) -> list[Row]:
        """The rows of a listing; none where it is empty or not there."""
        return self.containers.get(container, [])[1:]

    def one(self, name: str) -> Row | None:
        """The element of that name by itself, such as a summary."""
        found = self.containers.get(name)
        return found[0] if found else None


def read_answer(content: bytes, where: str) -> Answer:
    """The answer in `content`; `where` names the call for messages.

    Raises SourceUnavailable for what is no XML of this API, or XML that is not to be trusted.
    """
    root = _root(content, where)
    status = root.find("status")
    if root.tag != "results" or status is None:
        raise SourceUnavailable(
            f"{where} was answered with XML that is not Adobe Connect's (<{root.tag[:40]}>); check"
            " base_url"
        )
    invalid = tuple(
        f"{one.get('field', '?')} is {one.get('subcode', 'wrong')}"
        for one in status.findall("invalid")
    )
    containers = {one.tag: [_row(one), *map(_row, one)] for one in root if one is not status}
    return Answer(status.get("code", ""), status.get("subcode", ""), invalid, containers)


def _root(content: bytes, where: str) -> "Element":
    """The XML. A page with a character that XML forbids is read without it."""
    for text in (content, None):
        try:
            return _safely(_mended(content) if text is None else text)
        except DefusedXmlException as error:
            raise SourceUnavailable(
                f"{where} was answered with XML that declares a document type or entities"
                f" ({type(error).__name__}); cophub refuses it. Check what stands between here and"
                " the site"
            ) from error
        except (ParseError, ValueError, LookupError) as error:
            failure = error
    raise SourceUnavailable(
        f"{where} was answered with something that is no XML ({redact(str(failure))}); check"
        " base_url"
    ) from failure


def _safely(content: bytes) -> "Element":
    found: Element = fromstring(
        content, forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    return found


def _mended(content: bytes) -> bytes:
    return _FORBIDDEN.sub(_without_forbidden, content)


def _without_forbidden(found: "re.Match[bytes]") -> bytes:
    if not (found[1] or found[2]):
        return b""
    number = int(found[1], 16) if found[1] else int(found[2])
    fine = number in _ALLOWED_CONTROLS or 32 <= number < 0xD800 or 0xE000 <= number < 0x110000
    return found[0] if fine and number not in (0xFFFE, 0xFFFF) else b""


def _row(element: "Element") -> Row:
    values = {name: value.strip() for name, value in element.attrib.items() if value.strip()}
    for child in element:
        # An element says more than an attribute of its name: `duration` is both, one of them empty.
        if len(child) == 0 and (text := (child.text or "").strip()):
            values[child.tag] = text
    return Row(element.tag, values)
