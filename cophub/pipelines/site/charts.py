"""Charts as inline SVG: drawn by altair, coloured by the page's style sheet.

Colours are CSS variables, so one drawing serves light, dark and print. Each chart is drawn for a
wide and for a narrow column, because lettering that shrinks with its picture cannot be read on a
telephone. Measured: 0.3 s for the first drawing of a process, then about 0.02 s each, which is
why nothing here is cached or drawn in batches.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from cophub.pipelines.site.formats import MONTHS
from cophub.pipelines.site.model import ACTIVE, ENGAGED, JOINED, LEFT, Month, Series

WIDE, NARROW, MARGIN = 560, 320, 44
_ROOT = re.compile(r'<svg[^>]*viewBox="([^"]+)"[^>]*>(.*)</svg>\s*$', re.DOTALL)
_UNUSED = re.compile(r' (?:class|role|aria-[a-z]+|pointer-events|opacity="1")(?:="[^"]*")?')
_EMPTY = re.compile(r'<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>|<g></g>')
_LONG_DECIMAL = re.compile(r"(\d\.\d)\d+")
_MONTH_LABEL = (
    "slice(datum.value, 5) == '01' ? ['Jan', slice(datum.value, 0, 4)]"
    f" : {list(MONTHS)!r}[toNumber(slice(datum.value, 5)) - 1]"
)
_LOOK: dict[str, Any] = {
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


def people_chart(months: Sequence[Month]) -> Chart | None:
    """People who did anything and, before that, people who contributed; None without figures."""

    def draw(width: int) -> Any:
        layers = [_bars(months, each) for each in (ENGAGED, ACTIVE)]
        marks = [_marks(months, each) for each in (ENGAGED, ACTIVE)]
        return alt.layer(*layers, *marks).properties(width=width, height=150)

    return _chart("people", "People active", months, (ENGAGED, ACTIVE), draw)


def acts_chart(months: Sequence[Month], kinds: Sequence[Series]) -> Chart | None:
    """A strip of bars for each kind of act that happened at all; None when none did."""
    kept = tuple(each for each in kinds if _happened(months, each))

    def draw(width: int) -> Any:
        strips = [
            alt.layer(
                _bars(months, each, labels=each is kept[-1]), _marks(months, each)
            ).properties(width=width, height=56, title=each.label)
            for each in kept
        ]
        return alt.vconcat(*strips, spacing=14)

    return _chart("acts", "What happened", months, kept, draw)


def flow_chart(months: Sequence[Month]) -> Chart | None:
    """People who joined above the line, people who left below it; None when nobody did either."""

    def draw(width: int) -> Any:
        layers = [
            _bars(months, JOINED),
            _bars(months, LEFT, sign=-1),
            _marks(months, JOINED, shift=-8),
            _marks(months, LEFT, shift=8),
            alt.Chart(_data([{"v": 0}])).mark_rule(color="var(--soft)").encode(y="v:Q"),
        ]
        return alt.layer(*layers).properties(width=width, height=150)

    return _chart("flow", "Members joined and left", months, (JOINED, LEFT), draw)


def _chart(
    key: str, title: str, months: Sequence[Month], series: tuple[Series, ...],
    draw: Callable[[int], Any],
) -> Chart | None:  # fmt: skip
    if not any(_happened(months, each) for each in series):
        return None
    cells = [month.cell(each.name) for month in months for each in series]
    drawings = (_svg(draw(WIDE - MARGIN)), _svg(draw(NARROW - MARGIN)))
    return Chart(
        key=key, title=title, summary=_summary(months, series),
        drawings=drawings if any(cell.value for cell in cells) else None,
        series=series, months=tuple(months), hidden=any(cell.hidden for cell in cells),
    )  # fmt: skip


def _happened(months: Sequence[Month], series: Series) -> bool:
    cells = [month.cell(series.name) for month in months]
    return any(cell.hidden or cell.value for cell in cells)


def _summary(months: Sequence[Month], series: Sequence[Series]) -> str:
    """What the drawing shows, for those who do not see it: the newest month and the highest."""
    sentences = []
    for each in series:
        shown = [month for month in months if month.cell(each.name).value is not None]
        if shown:
            top = max(shown, key=lambda month: month.cell(each.name).value or 0)
            last = shown[-1]
            sentences.append(
                f"{each.label}: {last.cell(each.name).text} in {last.name},"
                f" at most {top.cell(each.name).text} in {top.name}."
            )
    return " ".join(sentences)


def _x(months: Sequence[Month], labels: bool = True) -> Any:
    """Months as equal steps, a label each quarter (each half-year where there are many)."""
    step = (1, 4, 7, 10) if len(months) <= 30 else (1, 7)
    ticks = [month.key for month in months if int(month.key[5:]) in step]
    axis = alt.Axis(
        values=ticks, labelExpr=_MONTH_LABEL, labelAngle=0, grid=False, labels=labels, title=None
    )
    keys = [month.key for month in months]
    scale = alt.Scale(domain=keys, paddingInner=0.24, paddingOuter=0.1)
    return alt.X("m:O", axis=axis, scale=scale)


def _y(ticks: int = 3) -> Any:
    axis = alt.Axis(
        title=None, tickCount=ticks, tickMinStep=1, minExtent=34, maxExtent=34,
        labelExpr="format(abs(datum.value), datum.value >= 10000 ? '.2~s' : ',')",
    )  # fmt: skip
    return alt.Y("v:Q", axis=axis)


def _bars(months: Sequence[Month], series: Series, sign: int = 1, labels: bool = True) -> Any:
    rows = [
        {"m": month.key, "v": sign * value}
        for month in months
        if (value := month.cell(series.name).value) is not None
    ]
    chart = alt.Chart(_data(rows)).mark_bar(color=series.colour)
    return chart.encode(x=_x(months, labels), y=_y())


def _marks(months: Sequence[Month], series: Series, shift: int = -6) -> Any:
    """A small ring where a figure exists and is not published, at the same height always."""
    rows = [{"m": month.key, "v": 0} for month in months if month.cell(series.name).hidden]
    ring = alt.Chart(_data(rows)).mark_point(
        shape="circle", size=22, color="var(--soft)", strokeWidth=1.2, yOffset=shift, filled=False
    )
    return ring.encode(x=_x(months), y=_y())


def _data(rows: list[dict[str, Any]]) -> Any:
    return alt.InlineData(values=rows)


def _svg(chart: Any) -> Markup:
    """The drawing without a size, colours or roles of its own: the page gives it all three."""
    spec = chart.to_dict(validate=False)
    spec["config"] = _LOOK
    spec["padding"] = 4
    found = _ROOT.match(vl_convert.vegalite_to_svg(spec))
    assert found is not None, "vl-convert gave no SVG"  # noqa: S101 - its contract, not our input
    inner = _LONG_DECIMAL.sub(r"\1", _UNUSED.sub("", found[2]))
    while (shorter := _EMPTY.sub("", inner)) != inner:
        inner = shorter
    width, height = found[1].split()[2:]
    size = f'viewBox="{found[1]}" width="{width}" height="{height}"'
    # Our own labels and numbers only: nothing that a vendor wrote is drawn.
    return Markup(f'<svg {size} aria-hidden="true">{inner}</svg>')  # noqa: S704
