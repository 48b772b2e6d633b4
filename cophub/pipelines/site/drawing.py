"""Charts for any page: an altair chart as inline SVG, its table, and what makes it interactive.

Colours are CSS variables, so one drawing serves light, dark and print. Each chart is drawn for a
wide and for a narrow column, because lettering that shrinks with its picture cannot be read on a
telephone. Measured: 0.3 s for the first drawing of a process, then about 0.02 s each, as much in
batches and in threads, so each is drawn when its page is made. `assets/charts/` puts the same
specification, drawn by Vega in the browser, in the place of the drawing.
"""

import json
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from cophub.pipelines.site.formats import Cell
from cophub.pipelines.site.slimming import TEXT, slim
from cophub.pipelines.site.voices import ENGLISH, Voice

WIDTHS, MARGIN = (560, 320), 44
ROWS = "rows"
"""A dataset that only the browser fills: the key of every row of the table, as field `row`."""

_ROOT = re.compile(r'<svg[^>]*viewBox="([^"]+)"[^>]*>(.*)</svg>\s*$', re.DOTALL)
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

Data = Mapping[str, Sequence[Mapping[str, Any]]]


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
    fill: Mapping[str, Sequence[Any]] | None = None,
    aside: str = "",
    hidden: bool = False,
    voice: Voice = ENGLISH,
) -> Chart:
    """A chart of what `draw(*args, width)` returns: an altair chart whose data are `NamedData`.

    All texts are in the reader's language already. `draw` is asked once for the same `args` and
    width in pixels (without the axis), since altair needs 0.1 s for each; it uses the width as
    the width of its views and for nothing else. `data` is by dataset and holds what may be
    published; every datum's `row` is the key of its row in `table`. A list of one name in the
    specification, `["the months"]`, is replaced by what `fill` has for it. `data` without any
    datum means that there is nothing to draw.
    """
    drawings, live = None, Markup()
    if any(data.values()):
        fill = fill or {}
        wide, narrow = (
            _svg(_filled(_spec(draw, args, width - MARGIN), fill, data), voice) for width in WIDTHS
        )
        drawings = (wide, narrow)
        live = _live(_spec(draw, args, WIDTHS[0] - MARGIN), fill, data, voice)
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
    spec: dict[str, Any] = draw(*args, width).to_dict()
    spec.pop("$schema", None)
    params = PARAMS + spec.pop("params", [])
    return json.dumps(
        spec | {"config": LOOK, "padding": 4, "params": params}, separators=(",", ":")
    )


def _filled(spec: str, fill: Mapping[str, Sequence[Any]], data: Data) -> str:
    for name, values in fill.items():
        spec = spec.replace(json.dumps([name]), json.dumps(values))
    chart = json.loads(spec)
    chart["datasets"] = {**chart.get("datasets", {}), ROWS: [], **data}
    return json.dumps(chart)


def _live(spec: str, fill: Mapping[str, Sequence[Any]], data: Data, voice: Voice) -> Markup:
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


def _svg(spec: str, voice: Voice) -> Markup:
    """The drawing without a size, colours or roles of its own: the page gives it all three."""
    found = _ROOT.match(_drawing(spec, voice.language))
    assert found is not None, "vl-convert gave no SVG"  # noqa: S101 - its contract, not our input
    inner = slim(found[2])
    width, height = found[1].split()[2:]
    size = f'viewBox="{found[1]}" width="{width}" height="{height}" font-size="{TEXT}"'
    # Vega escapes every text, and no mark of ours has a link or an image.
    return Markup(f'<svg {size} aria-hidden="true">{inner}</svg>')  # noqa: S704


@lru_cache(maxsize=1_500)
def _drawing(chart: str, language: str) -> str:
    """The same figures are drawn once, whichever audiences they are for."""
    drawing: str = vl_convert.vegalite_to_svg(chart, format_locale=D3_LOCALES[language])
    return drawing
