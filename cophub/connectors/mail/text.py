"""Text out of bytes that say, hide or lie about their character set; text out of HTML.

Nothing here raises on bad input: mail from thirty years holds every mistake there is, and a wrong
letter is better than a lost message.
"""

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.parser import BytesHeaderParser
from functools import lru_cache
from typing import Any

# What old mailers wrote for character sets that have another name, or a superset that they meant.
_ALIASES = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-sig": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-cp1252": "cp1252",
    "tis-620": "cp874",
}
# Codecs of Python that are no character set of mail: they run escapes or depend on the machine.
_REFUSED = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"}

_FOLD = re.compile(r"\r?\n[ \t]*|\r[ \t]*")
_WORD = r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?="
_RUN = re.compile(rf"{_WORD}(?:\s*{_WORD})*")
_BASE64_WORD = re.compile(r"=\?([^?\s]+)\?([bB])\?([^?]*)\?=")
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_XML_DECLARATION = re.compile(r"<\?xml [^>]*\?>")
_HEADER_LIMIT = 1 << 16
_HTML_LIMIT = 1_000_000
"""Characters of HTML that are turned into text; what comes after is left out."""


@lru_cache(maxsize=256)
def known_charset(name: str) -> str | None:
    """The name of Python's codec for a character set as mail names it; None when there is none."""
    plain = name.strip().strip("\"'").partition("*")[0].lower()
    try:
        codec = codecs.lookup(_ALIASES.get(plain, plain))
    except (LookupError, ValueError):
        return None
    is_text = getattr(codec, "_is_text_encoding", True)
    return None if not is_text or codec.name.replace("-", "_") in _REFUSED else codec.name


def decode_bytes(data: bytes, charset: str | None, fallback: str) -> str:
    """`data` as text: the declared character set, else UTF-8, else `fallback`, else Latin-1."""
    for name in (charset, "utf-8", fallback):
        codec = known_charset(name) if name else None
        if codec is None:
            continue
        try:
            return clean(data.decode(codec))
        except (UnicodeError, ValueError):
            continue
    return clean(data.decode("latin-1"))


def clean(text: str) -> str:
    """`text` that any database takes: no control characters, no half surrogates."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def unfold(raw: str, fallback: str) -> str:
    """A header's value on one line, its raw 8-bit bytes decoded, its encoded words as they are.

    `raw` is as the `email` package gives it: bytes above 127 are surrogate escapes.
    """
    if not raw.isascii():
        raw = decode_bytes(raw.encode("ascii", "surrogateescape"), None, fallback)
    return _FOLD.sub(" ", raw).strip()


def header_text(raw: str, fallback: str) -> str:
    """A header's value as a person reads it: unfolded, encoded words decoded, spaces collapsed.

    Of its first 65,536 characters: Python takes a minute for two million of encoded words.
    """
    return " ".join(clean(decode_words(unfold(raw[:_HEADER_LIMIT], fallback), fallback)).split())


def decode_words(text: str, fallback: str) -> str:
    """`text` with each run of encoded words decoded; words that cannot be decoded stay."""
    if "=?" not in text:
        return text
    return _RUN.sub(lambda run: _decode_run(run[0], fallback), text)


def _decode_run(run: str, fallback: str) -> str:
    # A word that was folded in its middle comes with a space that base64 does not know.
    run = _BASE64_WORD.sub(lambda word: f"=?{word[1]}?b?{''.join(word[3].split())}?=", run)
    try:
        # Neighbours of one character set are joined as bytes: a letter may be cut between two.
        chunks = decode_header(run)
    except (HeaderParseError, ValueError):
        return run
    text = "".join(
        chunk if isinstance(chunk, str) else decode_bytes(chunk, charset, fallback)
        for chunk, charset in chunks
    )
    return text or run


def find_tag(message: bytes, fallback: str) -> str | None:
    """The first [tag] in the subject of a message, without brackets."""
    subject = BytesHeaderParser().parsebytes(message).get("subject", "")
    found = re.search(r"\[([^\]]{1,60})\]", header_text(str(subject), fallback))
    return found[1] if found else None


def html_to_text(html: str) -> str:
    """What a reader of `html` sees, as text: no mark-up, scripts or styles, lists and lines kept.

    Takes the first million characters and 2,000 elements within each other; nothing is fetched or
    run. Where too many of these lie within each other to be laid out, words come line by line.
    """
    from inscriptis import Inscriptis  # type: ignore[import-untyped]
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, document_fromstring

    given = _XML_DECLARATION.sub("", html[:_HTML_LIMIT].strip(), count=1)
    try:
        # Without `huge_tree` all that lies deeper than 255 elements would be missing in silence.
        tree = document_fromstring(given, parser=HTMLParser(huge_tree=True))
        text = str(Inscriptis(tree).get_text())
    except RecursionError:
        text = _words_of(tree)
    except (ParserError, ValueError, AttributeError, KeyError, IndexError, TypeError):
        return ""
    return clean(text).strip()


def _words_of(tree: Any) -> str:
    """The text of a tree, a line for each piece."""
    from lxml.etree import strip_elements

    strip_elements(tree, "script", "style", with_tail=False)
    return "\n".join(filter(None, (" ".join(piece.split()) for piece in tree.itertext())))
