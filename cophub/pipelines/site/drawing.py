"""Charts for any page: an altair chart as inline SVG, its table, and what makes it interactive.

Colours are CSS variables, so one drawing serves light, dark and print. Each chart is drawn for a
wide and for a narrow column, because lettering that shrinks with its picture cannot be read on a
telephone. `rendering` draws them; `assets/charts/` puts the same specification, drawn by Vega in
the browser, in the place of the drawing.
"""

import json
import re
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from cophub.pipelines.site.formats import Cell
from cophub.pipelines.site.rendering import Data, Fill, drawn
from cophub.pipelines.site.voices import ENGLISH, Voice

WIDTHS, MARGIN = (560, 320), 44
ROWS = "rows"
"""A dataset that only the browser fills: the key of every row of the table, as field `row`."""

_NUMBER = re.compile(r"[\d,.]+[kMG]?")
_TAGS = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
D3_LOCALES: dict[str, Any] = {"en": "en-US", "fr": "fr-FR", "es": "es-ES"}
LOOK: dict[str, Any] = {
    "font": "inherit",
    "aria": False,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--soft)", "labelFontSize": 12, "titleColor": "var(--soft)",
        "gridColor": "var(--rule)", "domain": False, "ticks": False, "labelPadding": 6,
    },
    "title": {
        "anchor": "start",
        "frame": "group", "fontSize": 12.5, "fontWeight": 600, "color": "var(--ink)", "offset": 8,
    },
}  # fmt: skip
PARAMS = [{"name": "at", "value": ""}, {"name": "span", "value": []}, {"name": "off", "value": []}]
"""The row that the reader points at, those chosen to be shown alone, and the names in the legend
that are switched off."""


@dataclass(frozen=True)
class Key:
    """An entry of a legend; a definition of that `name` is shown beside it."""

    name: str
    label: str
    colour: str = ""
    """A variable of the style sheet, `var(--c1)`; without one the entry has no swatch."""


@dataclass(frozen=True)
class Row:
    """A row of the table beside a chart: what a mark whose field `row` is `key` says."""

    key: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """The figures of a chart; `head` names the column of the rows' labels, then each other."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Chart:
    """A drawing in two widths, the same figures as a table, and what makes it interactive."""

    key: str
    title: str
    aside: str
    """What follows the title, such as 'by month'."""
    summary: str
    drawings: tuple[Markup, Markup] | None
    """For a wide and for a narrow column; None when every figure but 0 is hidden."""
    live: Markup
    """JSON of the specification and its data; empty where there is no drawing."""
    legend: tuple[Key, ...]
    table: Table
    hidden: bool
    """Whether a mark is missing because it would be about too few people."""


def make_chart(
    key: str,
    title: str,
    summary: str,
    *,
    draw: Callable[..., Any],
    args: tuple[Hashable, ...] = (),
    data: Data,
    table: Table,
    legend: Sequence[Key] = (),
    fill: Fill | None = None,
    english: Fill | None = None,
    aside: str = "",
    hidden: bool = False,
    voice: Voice = ENGLISH,
) -> Chart:
    """A chart of what `draw(*args, width)` returns: an altair chart whose data are `NamedData`.

    All texts are in the reader's language already. `draw` is asked once for the same `args` and
    width in pixels (without the axis), since altair needs 0.1 s for each, and may return a dict;
    it uses the width as the width of its views and for nothing else. `data` is by dataset and holds
    what may be published; every datum's `row` is the key of its row in `table`. A list of one name
    in the specification, `["the months"]`, is replaced by what `fill` has for it. Where all texts
    of the drawing are numbers or out of `fill`, `english` has the English ones: it is drawn once
    for all languages. `data` without any datum means that there is nothing to draw.
    """
    drawings, live = None, Markup()
    if any(data.values()):
        specs = [_spec(draw, args, width - MARGIN) for width in WIDTHS]
        wide, narrow = (_drawing(spec, fill or {}, english, data, voice) for spec in specs)
        drawings, live = (wide, narrow), _live(specs[0], fill or {}, data, voice)
    return Chart(
        key=key, title=title, aside=aside, summary=summary, drawings=drawings, live=live,
        legend=tuple(legend), table=table, hidden=hidden,
    )  # fmt: skip


def shown_unless_off(name: str) -> str:
    """The filter of a layer that the reader switches off by the legend's entry `name`."""
    return f"indexof(off, {name!r}) < 0"


def pointed_at(x: Any) -> Any:
    """A band over the whole height for each row along `x`: what the reader points at is tinted."""
    band = alt.Chart(alt.NamedData(name=ROWS)).mark_bar(color="var(--ink)")
    tint = alt.condition(
        "datum.row === at || indexof(span, datum.row) >= 0", alt.value(0.09), alt.value(0)
    )
    return band.encode(x=x, fillOpacity=tint)


@cache
def _spec(draw: Callable[..., Any], args: tuple[Hashable, ...], width: int) -> str:
    """A chart as Vega-Lite JSON, without its data and what `fill` puts in."""
    with unchecked():
        found = draw(*args, width)
        spec: dict[str, Any] = found if isinstance(found, dict) else found.to_dict()
    params = PARAMS + spec.get("params", [])
    told = {name: each for name, each in spec.items() if name != "$schema"}
    return json.dumps(
        told | {"config": LOOK, "padding": 4, "params": params}, separators=(",", ":")
    )


def unchecked() -> AbstractContextManager[None]:
    """altair does not hold charts against its schema, which is most of its time; tests do."""
    return debug_mode(False)


def _drawing(spec: str, fill: Fill, english: Fill | None, data: Data, voice: Voice) -> Markup:
    words = _words(english, fill, voice) if english else None
    locale = D3_LOCALES["en" if words else voice.language]
    return drawn(spec, english or fill, {ROWS: [], **data}, locale, words)


def _words(english: Fill, fill: Fill, voice: Voice) -> Callable[[str], str] | None:
    """What a text of the English drawing is in the language of `fill`; None where that is it."""
    if voice.language == "en":
        return None
    said = {
        str(old): str(new)
        for name in english
        for old, new in zip(english[name], fill[name], strict=True)
        if old != new
    }
    return lambda text: said.get(text) or (voice.figure(text) if _NUMBER.fullmatch(text) else text)


def _live(spec: str, fill: Fill, data: Data, voice: Voice) -> Markup:
    """What the browser draws from. It holds no figure that `data` has not, and no tag."""
    content = json.dumps(
        {"widths": [width - MARGIN for width in WIDTHS], "fill": fill, "data": data,
         "locale": _locale(voice.language)},
        separators=(",", ":"), ensure_ascii=False,
    )  # fmt: skip
    text = f'{{"spec":{spec},{content[1:]}'
    return Markup(text.translate(_TAGS))  # noqa: S704 - no tag can begin or end in it


@cache
def _locale(language: str) -> dict[str, Any] | None:
    """How d3 writes numbers in this language; None where that is its own way."""
    if language == "en":
        return None
    locale: dict[str, Any] = vl_convert.get_format_locale(D3_LOCALES[language])
    return locale
