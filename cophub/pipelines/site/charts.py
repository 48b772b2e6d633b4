"""Charts as inline SVG: drawn by altair, coloured by the page's style sheet.

Colours are CSS variables, so one drawing serves light, dark and print. Each chart is drawn for a
wide and for a narrow column, because lettering that shrinks with its picture cannot be read on a
telephone. Measured: 0.3 s for the first drawing of a process, then about 0.02 s each, as much in
batches and in threads, so each is drawn when its page is made.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from cophub.pipelines.site.model import ACTIVE, ENGAGED, JOINED, LEFT, Month, Series
from cophub.pipelines.site.voices import ENGLISH, Voice

Kinds = tuple[Series, ...]

WIDTHS, MARGIN = (560, 320), 44
MONTHS_SHOWN, TICKS = "the months", "the months with a label"
_ROOT = re.compile(r'<svg[^>]*viewBox="([^"]+)"[^>]*>(.*)</svg>\s*$', re.DOTALL)
_UNUSED = re.compile(r' (?:class|role|aria-[a-z]+|pointer-events|opacity="1")(?:="[^"]*")?')
_EMPTY = re.compile(r'<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>|<g></g>')
_LONG_DECIMAL = re.compile(r"(\d\.\d)\d+")
D3_LOCALES: dict[str, Any] = {"en": "en-US", "fr": "fr-FR", "es": "es-ES"}
MONTH_LABEL = (
    "slice(datum.value, 5) == '01' ? [the_months[0], slice(datum.value, 0, 4)]"
    " : the_months[toNumber(slice(datum.value, 5)) - 1]"
)
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


@dataclass(frozen=True)
class Chart:
    """A drawing in two widths, and the same figures for a table beside it."""

    key: str
    title: str
    summary: str
    drawings: tuple[Markup, Markup] | None
    """For a wide and for a narrow column; None when every figure but 0 is hidden."""
    series: tuple[Series, ...]
    months: tuple[Month, ...]
    hidden: bool
    """Whether a bar is missing because it would be about too few people."""


def people_chart(months: Sequence[Month], voice: Voice = ENGLISH) -> Chart | None:
    """People who did anything and, before that, people who contributed; None without figures."""
    return _chart("people", "People active", months, (ENGAGED, ACTIVE), voice)


def acts_chart(
    months: Sequence[Month], kinds: Sequence[Series], voice: Voice = ENGLISH
) -> Chart | None:
    """A strip of bars for each kind of act that happened at all; None when none did."""
    kept = tuple(each for each in kinds if _happened(months, each))
    return _chart("acts", "What happened", months, kept, voice)


def flow_chart(months: Sequence[Month], voice: Voice = ENGLISH) -> Chart | None:
    """People who joined above the line, people who left below it; None when nobody did either."""
    return _chart("flow", "Members joined and left", months, (JOINED, LEFT), voice)


def _chart(
    key: str, title: str, months: Sequence[Month], kinds: Kinds, voice: Voice
) -> Chart | None:
    if not any(_happened(months, each) for each in kinds):
        return None
    series = tuple(replace(each, label=voice.say(each.label)) for each in kinds)
    cells = [month.cell(each.name) for month in months for each in series]
    drawings = None
    if any(cell.value for cell in cells):
        specs = (_spec(key, series, width) for width in WIDTHS)
        wide, narrow = (_svg(spec, months, series, voice) for spec in specs)
        drawings = (wide, narrow)
    return Chart(
        key=key,
        title=voice.say(title),
        summary=_summary(months, series, voice),
        drawings=drawings,
        series=series,
        months=tuple(months),
        hidden=any(cell.hidden for cell in cells),
    )


def _happened(months: Sequence[Month], series: Series) -> bool:
    cells = [month.cell(series.name) for month in months]
    return any(cell.hidden or cell.value for cell in cells)


def _summary(months: Sequence[Month], series: Sequence[Series], voice: Voice) -> str:
    """What the drawing shows, for those who do not see it: the newest month and the highest."""
    sentences = []
    for each in series:
        shown = [month for month in months if month.cell(each.name).value is not None]
        if shown:
            top = max(shown, key=lambda month: month.cell(each.name).value or 0)
            last = shown[-1]
            figures = voice.say("{} in {}, at most {} in {}").format(
                last.cell(each.name).text, voice.month(last.key),
                top.cell(each.name).text, voice.month(top.key),
            )  # fmt: skip
            sentences.append(f"{each.label}: {figures}.")
    return " ".join(sentences)


@cache
def _spec(key: str, series: Kinds, width: int) -> str:
    """A chart as Vega-Lite JSON, without its data and its months.

    Altair spends 0.1 s on checking and copying a chart, which is the same for every community.
    """
    draw = {"people": _draw_people, "acts": _draw_acts, "flow": _draw_flow}[key]
    spec: dict[str, Any] = draw(series, width - MARGIN).to_dict()
    return json.dumps(spec | {"config": LOOK, "padding": 4})


def _draw_people(series: Kinds, width: int) -> Any:
    layers = [*map(_bars, series), *map(_rings, series)]
    return alt.layer(*layers).properties(width=width, height=150)


def _draw_acts(series: Kinds, width: int) -> Any:
    strips = [
        alt.layer(_bars(each, labels=each is series[-1]), _rings(each)).properties(
            width=width, height=56, title=each.label
        )
        for each in series
    ]
    return alt.vconcat(*strips, spacing=14)


def _draw_flow(series: Kinds, width: int) -> Any:
    joined, left = series
    line = alt.Chart(alt.InlineData(values=[{"v": 0}])).mark_rule(color="var(--soft)")
    layers = [*map(_bars, series), _rings(joined, shift=-8), _rings(left, shift=8)]
    return alt.layer(*layers, line.encode(y="v:Q")).properties(width=width, height=150)


def _bars(series: Series, labels: bool = True) -> Any:
    chart = alt.Chart(alt.NamedData(name=series.name)).mark_bar(color=series.colour)
    return chart.encode(x=_x(labels), y=_y())


def _rings(series: Series, shift: int = -6) -> Any:
    """A small ring where a figure exists and is not published, at the same height always."""
    ring = alt.Chart(alt.NamedData(name=f"{series.name} hidden")).mark_point(
        shape="circle", size=22, color="var(--soft)", strokeWidth=1.2, yOffset=shift, filled=False
    )
    return ring.encode(x=_x(), y=_y())


def _x(labels: bool = True) -> Any:
    """Months as equal steps."""
    axis = alt.Axis(
        values=[TICKS], labelExpr=MONTH_LABEL, labelAngle=0, grid=False, labels=labels, title=None
    )
    return alt.X(
        "m:O",
        axis=axis,
        scale=alt.Scale(domain=[MONTHS_SHOWN], paddingInner=0.24, paddingOuter=0.1),
    )


def _y() -> Any:
    axis = alt.Axis(
        title=None, tickCount=3, tickMinStep=1, minExtent=34, maxExtent=34,
        labelExpr="format(abs(datum.value), datum.value >= 10000 ? '.2~s' : ',')",
    )  # fmt: skip
    return alt.Y("v:Q", axis=axis)


def _svg(spec: str, months: Sequence[Month], series: Kinds, voice: Voice) -> Markup:
    """The drawing without a size, colours or roles of its own: the page gives it all three."""
    keys = [month.key for month in months]
    labelled = ("01", "04", "07", "10") if len(keys) <= 30 else ("01", "07")
    ticks = [key for key in keys if key.endswith(labelled)]
    filled = spec.replace(json.dumps([MONTHS_SHOWN]), json.dumps(keys))
    filled = filled.replace(json.dumps([TICKS]), json.dumps(ticks))
    filled = filled.replace("the_months", repr(voice.months()))
    chart = json.loads(filled)
    chart["datasets"] = chart.get("datasets", {}) | _datasets(months, series)
    found = _ROOT.match(_drawing(json.dumps(chart), voice.language))
    assert found is not None, "vl-convert gave no SVG"  # noqa: S101 - its contract, not our input
    inner = _LONG_DECIMAL.sub(r"\1", _UNUSED.sub("", found[2]))
    while (shorter := _EMPTY.sub("", inner)) != inner:
        inner = shorter
    width, height = found[1].split()[2:]
    size = f'viewBox="{found[1]}" width="{width}" height="{height}"'
    # Our own labels and numbers only: nothing that a vendor wrote is drawn.
    return Markup(f'<svg {size} aria-hidden="true">{inner}</svg>')  # noqa: S704


@lru_cache(maxsize=1_500)
def _drawing(chart: str, language: str) -> str:
    """The same figures are drawn once, whichever audiences they are for."""
    drawing: str = vl_convert.vegalite_to_svg(chart, format_locale=D3_LOCALES[language])
    return drawing


def _datasets(months: Sequence[Month], series: Kinds) -> dict[str, list[dict[str, Any]]]:
    """What is drawn, by the names that `_bars` and `_rings` use; who left counts downwards."""
    data: dict[str, list[dict[str, Any]]] = {}
    for each in series:
        cells = [(month.key, month.cell(each.name)) for month in months]
        sign = -1 if each.name == LEFT.name else 1
        shown = [(key, cell.value) for key, cell in cells if cell.value is not None]
        data[each.name] = [{"m": key, "v": sign * value} for key, value in shown]
        data[f"{each.name} hidden"] = [{"m": key, "v": 0} for key, cell in cells if cell.hidden]
    return data
