"""A drawing of Vega's without what says nothing: half as long, and the same picture.

A page holds each drawing twice, so every letter of one counts.
"""

import re
from itertools import groupby

_TAG = re.compile(r"<[^>]*>")
_UNUSED = re.compile(
    r' (?:(?:class|role|aria-[a-z]+|pointer-events|opacity="1")(?:="[^"]*")?'
    r'|font-family="inherit"|font-size="12px"|stroke-width="1"|[xy]2="0"'
    r'|transform="translate\(0,0\)")'
)
_EMPTY = re.compile(r'<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>|<g></g>|<g/>')
_BARE = re.compile(r"<g>((?:[^<]|<(?!/?g\b))*)</g>")
_LONG_DECIMAL = re.compile(r"(\d\.\d)\d+")
_CIRCLE = re.compile(
    r'<path transform="translate\(([-\d.]+),([-\d.]+)\)"'
    r' d="M([\d.]+),0A\3,\3,0,1,1,-\3,0A\3,\3,0,1,1,\3,0"'
)
_RUN = re.compile(r'(?:<path d="M[^"]*"[^>]*/>){2,}')
_PATH = re.compile(r'<path d="(M[^"]*)"([^>]*)/>')
TEXT = "12px"
"""The size of the letters that do not name theirs."""


def slim(drawing: str) -> str:
    """The content of an SVG element, whose letters are of size `TEXT` where they do not say it.

    Marks that follow one another and look alike become one.
    """
    drawing = _TAG.sub(_slim_tag, drawing)
    for useless, kept in ((_EMPTY, ""), (_BARE, r"\1")):
        while (shorter := useless.sub(kept, drawing)) != drawing:
            drawing = shorter
    return _joined(_CIRCLE.sub(_circle, drawing))


def _slim_tag(found: re.Match[str]) -> str:
    """A tag without what says nothing; what stands between tags are words of somebody's."""
    return _LONG_DECIMAL.sub(r"\1", _UNUSED.sub("", found[0]))


def _circle(found: re.Match[str]) -> str:
    """A circle where it stands, not one at 0 that is moved there."""
    x, y, radius = map(float, found.groups())
    half = f"a{radius:g},{radius:g},0,1,1"
    return f'<path d="M{x + radius:.4g},{y:g}{half},{-2 * radius:g},0{half},{2 * radius:g},0"'


def _joined(drawing: str) -> str:
    """Paths that follow one another with the same attributes as one path; filled circles, which may
    lie over one another, stay."""

    def one(found: re.Match[str]) -> str:
        run = _PATH.findall(found[0])
        return "".join(
            f'<path d="{"".join(d for d, _ in alike)}"{look}/>'
            for (look, _), alike in groupby(run, key=_kind)
        )

    return _RUN.sub(one, drawing)


def _kind(path: tuple[str, str]) -> tuple[str, str]:
    line, look = path
    return look, line if "a" in line.lower() and "fill=" in look else ""
