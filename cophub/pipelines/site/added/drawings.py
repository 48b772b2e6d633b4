"""The charts of plugins' pages: an altair chart of ours or theirs, drawn as all charts of the site.

What a chart draws are the cells of its table alone: a chart that brings data of its own is refused.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import altair as alt

from cophub import PluginError
from cophub.page import Chart
from cophub.pipelines.site.added.model import Plot
from cophub.pipelines.site.added.saying import label_of, said
from cophub.pipelines.site.drawing import Chart as Drawing
from cophub.pipelines.site.drawing import (
    Key,
    Row,
    Table,
    make_chart,
    pointed_at,
    unchecked,
)
from cophub.pipelines.site.formats import Cell
from cophub.pipelines.site.voices import ENGLISH, Voice

COLOURS = ("var(--c1)", "var(--c2)", "var(--c3)", "var(--c1-soft)")
"""Of the series, in their order."""
FIGURES, HIDDEN = "figures", "figures that are hidden"
_ROWS_SHOWN = "the rows"
_AT_ZERO = {"field": "value", "type": "quantitative"}
_HEIGHT, _LINE = 170, 24
"""Of columns, and of each bar of those that lie, in pixels."""


def specification(chart: Chart) -> str:
    """What is drawn, as JSON without a width and without data. Raises PluginError."""
    with unchecked():
        found = chart.draw(alt.NamedData(name=FIGURES)) if chart.draw else _bars(chart)
        spec: dict[str, Any] = found if isinstance(found, dict) else found.to_dict()
    if "mark" not in spec and "layer" not in spec:
        raise PluginError(
            f'chart "{chart.name}" is not one view: give a chart, or one upon another'
        )
    names = {each for each in _datasets(spec) if each != FIGURES}
    if names or spec.get("datasets"):
        raise PluginError(f'chart "{chart.name}" has data of its own: draw what draw() is given')
    if "width" in spec:
        raise PluginError(f'chart "{chart.name}" has a width; a page gives it one')
    spec = _ours(spec, [each.name for each in chart.series])
    height = spec.pop("height", _HEIGHT)
    layers = [spec, *_behind(spec)]
    kept = [{k: v for k, v in each.items() if k not in ("$schema", "config")} for each in layers]
    return json.dumps({"layer": kept, "height": height})


def _bars(chart: Chart) -> Any:
    """Columns along days; bars that lie beneath one another where labels are words."""
    bars = alt.Chart(alt.NamedData(name=FIGURES)).mark_bar()
    figures = alt.Axis(title=None, tickCount=4, tickMinStep=1)
    if all(isinstance(label, date) for label, _ in chart.rows):
        return bars.encode(
            x=alt.X("row:O"), y=alt.Y("value:Q", axis=figures), color="series:N"
        ).properties(height=_HEIGHT)  # fmt: skip
    words = alt.Axis(title=None, labelLimit=120)
    return bars.encode(
        y=alt.Y("row:O", axis=words), x=alt.X("value:Q", axis=figures), color="series:N"
    ).properties(height=_LINE * max(1, len(chart.rows)))  # fmt: skip


def _datasets(part: Any) -> Iterator[str]:
    """The names of all data that a chart draws; '' for data that have none."""
    if isinstance(part, dict):
        if isinstance(part.get("data"), dict):
            yield part["data"].get("name", "")
        for each in part.values():
            yield from _datasets(each)
    elif isinstance(part, list):
        for each in part:
            yield from _datasets(each)


def _ours(part: Any, series: Sequence[str]) -> Any:
    """The chart with our colours, rows in their order, and series that the legend switches off."""
    if isinstance(part, list):
        return [_ours(each, series) for each in part]
    if not isinstance(part, dict):
        return part
    told = {name: _ours(each, series) for name, each in part.items()}
    if part.get("data") == {"name": FIGURES}:
        off = {"filter": "indexof(off, datum.series) < 0"}
        told["transform"] = [off, *told.get("transform", [])]
    for name, channel in (told.get("encoding") or {}).items():
        if isinstance(channel, dict) and channel.get("field") == "series":
            colours = {"domain": [*series], "range": [*COLOURS[: len(series)]]}
            if name in ("color", "fill", "stroke"):
                channel |= {"scale": colours, "legend": None}
        if name in ("x", "y") and _is_row(channel):
            channel |= {"sort": None}
            channel["scale"] = {"domain": [_ROWS_SHOWN], **(channel.get("scale") or {})}
            axis = {"title": None, "labelAngle": 0, "labelOverlap": True, "grid": False}
            channel["axis"] = axis | (channel.get("axis") or {})
    return told


def _is_row(channel: Any) -> bool:
    return isinstance(channel, dict) and channel.get("field") == "row" \
        and channel.get("type") in ("ordinal", "nominal")  # fmt: skip


def _behind(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """What a chart has whose rows stand along an axis: bands to point at, rings for the hidden."""
    first = spec if "encoding" in spec else next(iter(spec.get("layer", [])), {})
    x, y = (first.get("encoding", {}).get(name, {}) for name in ("x", "y"))
    if _is_row(x):
        band = pointed_at(alt.X("row:O")).to_dict()
        band["encoding"]["x"] = x
        return [_ring({"x": x, "y": _AT_ZERO}, {"yOffset": -6}), band]
    return [_ring({"y": y, "x": _AT_ZERO}, {"xOffset": 6})] if _is_row(y) else []


def _ring(encoding: dict[str, Any], moved: dict[str, int]) -> dict[str, Any]:
    """A small ring where a figure exists and is not published."""
    look = {"type": "point", "shape": "circle", "size": 22, "color": "var(--soft)",
            "strokeWidth": 1.2, "filled": False}  # fmt: skip
    return {"data": {"name": HIDDEN}, "mark": look | moved, "encoding": encoding}


def drawn_chart(plot: Plot, page: str, voice: Voice = ENGLISH) -> Drawing:
    """The chart in the reader's language."""
    labels = [label_of(label, voice) for label, _ in plot.rows]
    names = [said(each.label, voice) for each in plot.series]
    cells = [row for _, row in plot.rows]
    several = len(plot.series) > 1
    return make_chart(
        f"{page}-{plot.name}", said(plot.title, voice), _summary(names, labels, cells, voice),
        draw=_sized, args=(plot.spec,), fill={_ROWS_SHOWN: labels},
        data=_data(plot, labels),
        table=Table(
            (said(plot.label, voice), *names),
            tuple(Row(label, label, row) for label, row in zip(labels, cells, strict=True)),
        ),
        legend=[Key(each.name, name, colour if several else "")
                for each, name, colour in zip(plot.series, names, COLOURS, strict=False)],
        hidden=any(cell.hidden for row in cells for cell in row), voice=voice,
    )  # fmt: skip


def _sized(spec: str, width: int) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(spec)
    if _is_row(told["layer"][0].get("encoding", {}).get("y")):
        # Words beside bars take of the width, or the letters of a narrow drawing would be small.
        told["autosize"] = {"type": "fit-x", "contains": "padding"}
    return told | {"width": width}


def _data(plot: Plot, labels: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    figures, hidden = [], []
    for label, (_, cells) in zip(labels, plot.rows, strict=True):
        for series, cell in zip(plot.series, cells, strict=True):
            datum = {"row": label, "series": series.name}
            if cell.value is not None:
                figures.append({**datum, "value": cell.value})
            elif cell.hidden:
                hidden.append({**datum, "value": 0})
    return {FIGURES: figures, HIDDEN: hidden} if any(each["value"] for each in figures) else {}


def _summary(
    names: Sequence[str], labels: Sequence[str], rows: Sequence[Sequence[Cell]], voice: Voice
) -> str:
    """What is drawn, for those who do not see it: of each series its last row and its highest."""
    sentences = []
    for place, name in enumerate(names):
        told = [(label, row[place]) for label, row in zip(labels, rows, strict=True)
                if row[place].value is not None]  # fmt: skip
        if told:
            top = max(told, key=lambda each: each[1].value or 0)
            said_ = voice.say("{} in {}, at most {} in {}")
            sentences.append(
                f"{name}: {said_.format(told[-1][1].text, told[-1][0], top[1].text, top[0])}."
            )
    return " ".join(sentences)


__all__ = ["COLOURS", "drawn_chart", "specification"]
