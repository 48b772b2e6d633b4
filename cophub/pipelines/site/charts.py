"""The charts of figures by month: people, what happened, who joined and left."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import altair as alt

from cophub.pipelines.site.drawing import (
    Chart,
    Key,
    Row,
    Table,
    make_chart,
    pointed_at,
    shown_unless_off,
    unchecked,
)
from cophub.pipelines.site.model import ACTIVE, ENGAGED, JOINED, LEFT, Month, Series
from cophub.pipelines.site.rendering import Data
from cophub.pipelines.site.voices import ENGLISH, Voice

Kinds = tuple[Series, ...]

MONTHS_SHOWN, TICKS, NAMES = "the months", "the months with a label", "the months' names"
MONTH_LABEL = (
    "slice(datum.value, 5) == '01' || datum.index == 0"
    " ? [names[toNumber(slice(datum.value, 5)) - 1], slice(datum.value, 0, 4)]"
    " : names[toNumber(slice(datum.value, 5)) - 1]"
)
"""The year stands below the first month that is named, and below each January."""


def people_chart(months: Sequence[Month], voice: Voice = ENGLISH) -> Chart | None:
    """People who did anything and, before that, people who contributed; None without figures."""
    return _chart("people", "People active", months, (ENGAGED, ACTIVE), voice, draw_people)


def acts_chart(
    months: Sequence[Month], kinds: Sequence[Series], voice: Voice = ENGLISH
) -> Chart | None:
    """A strip of bars for each kind of act that happened at all; None when none did."""
    kept = tuple(each for each in kinds if _happened(months, each))
    return _chart("acts", "What happened", months, kept, voice, draw_acts)


def flow_chart(months: Sequence[Month], voice: Voice = ENGLISH) -> Chart | None:
    """People who joined above the line, people who left below it; None when nobody did either."""
    return _chart("flow", "Members joined and left", months, (JOINED, LEFT), voice, draw_flow)


def _chart(
    key: str, title: str, months: Sequence[Month], kinds: Kinds, voice: Voice, draw: Any
) -> Chart | None:
    if not any(_happened(months, each) for each in kinds):
        return None
    series = tuple(replace(each, label=voice.say(each.label)) for each in kinds)
    cells = [month.cell(each.name) for month in months for each in series]
    drawn = any(cell.value for cell in cells)
    return make_chart(
        key, voice.say(title), _summary(months, series, voice),
        draw=draw, args=(kinds,), fill=_fill(months, series, voice),
        english=_fill(months, kinds, ENGLISH),
        data=_datasets(months, series) if drawn else {},
        legend=[Key(each.name, each.label, "" if draw is draw_acts else each.colour)
                for each in series],
        table=_table(months, series, voice), aside=voice.say("by month"),
        hidden=any(cell.hidden for cell in cells), voice=voice,
    )  # fmt: skip


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


def _table(months: Sequence[Month], series: Kinds, voice: Voice) -> Table:
    """Newest first."""
    head = (voice.say("Month"), *(each.label for each in series))
    return Table(head, tuple(
        Row(month.key, voice.month(month.key), tuple(month.cell(each.name) for each in series))
        for month in reversed(months)
    ))  # fmt: skip


def draw_people(series: Kinds, width: int) -> Any:
    """Each series' bars before those of the one before it."""
    x = _x()
    layers = [*(_bars(each, x) for each in series), *(_rings(each, x) for each in series)]
    layers.append(pointed_at(x))
    return _with_names(alt.layer(*layers).properties(width=width, height=150))


def draw_acts(series: Kinds, width: int) -> Any:
    """A strip for each series, all with the same months."""
    strips = [_strip(each.name, each.colour, each is series[-1]) for each in series]
    return {
        "vconcat": [strip | {"width": width} for strip in strips],
        "spacing": 14,
        "params": [{"name": "names", "value": [NAMES]}],
    }


@cache
def _strip(name: str, colour: str, is_last: bool) -> dict[str, Any]:
    """One strip as Vega-Lite, made once: altair is slow, and each community has others of them."""
    x, series = _x(labels=is_last), Series(name, "", colour)
    with unchecked():
        chart = alt.layer(_bars(series, x), _rings(series, x), pointed_at(x)).to_dict()
    return {"layer": chart["layer"], "height": 56, "title": [_title(name)]}


def _title(name: str) -> str:
    return f"the title of {name}"


def draw_flow(series: Kinds, width: int) -> Any:
    """The first series upwards from a line, the second downwards."""
    joined, left = series
    line = alt.Chart(alt.InlineData(values=[{"v": 0}])).mark_rule(color="var(--soft)")
    x = _x(padding=16)  # rings below the line shall not be drawn over the months' names
    layers = [
        _bars(joined, x), _bars(left, x), _rings(joined, x, shift=-8), _rings(left, x, shift=8),
        line.encode(y="v:Q"), pointed_at(x),
    ]  # fmt: skip
    return _with_names(alt.layer(*layers).properties(width=width, height=150))


def _with_names(chart: Any) -> Any:
    return chart.add_params(alt.param(name="names", value=[NAMES]))


def _bars(series: Series, x: Any) -> Any:
    chart = alt.Chart(alt.NamedData(name=series.name)).mark_bar(color=series.colour)
    return chart.encode(x=x, y=_y()).transform_filter(shown_unless_off(series.name))


def _rings(series: Series, x: Any, shift: int = -6) -> Any:
    """A small ring where a figure exists and is not published, at the same height always."""
    ring = alt.Chart(alt.NamedData(name=f"{series.name} hidden")).mark_point(
        shape="circle", size=22, color="var(--soft)", strokeWidth=1.2, yOffset=shift, filled=False
    )
    return ring.encode(x=x, y=_y()).transform_filter(shown_unless_off(series.name))


def _x(labels: bool = True, padding: int = 6) -> Any:
    """Months as equal steps."""
    axis = alt.Axis(
        values=[TICKS], labelExpr=MONTH_LABEL, labelAngle=0, grid=False, labels=labels, title=None,
        labelPadding=padding,
    )  # fmt: skip
    return alt.X(
        "row:O",
        axis=axis,
        scale=alt.Scale(domain=[MONTHS_SHOWN], paddingInner=0.24, paddingOuter=0.1),
    )


def _y() -> Any:
    axis = alt.Axis(
        title=None, tickCount=3, tickMinStep=1, minExtent=34, maxExtent=34,
        labelExpr="format(abs(datum.value), datum.value >= 10000 ? '.2~s' : ',')",
    )  # fmt: skip
    return alt.Y("v:Q", axis=axis)


def _fill(months: Sequence[Month], series: Kinds, voice: Voice) -> dict[str, list[str]]:
    keys = [month.key for month in months]
    labelled = ("01", "04", "07", "10") if len(keys) <= 30 else ("01", "07")
    ticks = [key for key in keys if key.endswith(labelled)]
    titles = {_title(each.name): [each.label] for each in series}
    return {MONTHS_SHOWN: keys, TICKS: ticks, NAMES: voice.months(), **titles}


def _datasets(months: Sequence[Month], series: Kinds) -> Data:
    """What is drawn, by the names that `_bars` and `_rings` use; who left counts downwards."""
    data: dict[str, list[dict[str, Any]]] = {}
    for each in series:
        cells = [(month.key, month.cell(each.name)) for month in months]
        sign = -1 if each.name == LEFT.name else 1
        shown = [(key, cell.value) for key, cell in cells if cell.value is not None]
        data[each.name] = [{"row": key, "v": sign * value} for key, value in shown]
        data[f"{each.name} hidden"] = [{"row": key, "v": 0} for key, cell in cells if cell.hidden]
    return data
