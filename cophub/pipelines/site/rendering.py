"""Drawings out of charts' specifications, each made once for all who are shown the same.

Vega-Lite is compiled to Vega once for each kind of chart, without its data: a third of the time
that a drawing takes. Layers that draw nothing are left out before, another third. What differs
between languages are words and numbers alone, and these are put into the drawing afterwards.
Measured: 10 ms of one core to compile, then 20 to 45 ms for each drawing, by its strips.
"""

import html
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import vl_convert
from markupsafe import Markup

from cophub.pipelines.site.slimming import TEXT, slim

Fill = Mapping[str, Sequence[Any]]
Data = Mapping[str, Sequence[Mapping[str, Any]]]
Words = Callable[[str], str]

_ROOT = re.compile(r'<svg[^>]*viewBox="([^"]+)"[^>]*>(.*)</svg>\s*$', re.DOTALL)
_LETTERS = re.compile(r">([^<>]+)</(text|tspan)>")


def drawn(spec: str, fill: Fill, data: Data, locale: Any, words: Words | None = None) -> Markup:
    """An SVG without a size, colours or roles of its own: the page gives it all three.

    `spec` is Vega-Lite as JSON in which a list of one name stands for what `fill` has for it.
    Numbers are written as d3's `locale` does. `words` tells what stands instead of each text.
    """
    empty = frozenset(name for name, rows in data.items() if not rows)
    chart = _compiled(spec, empty, frozenset(data))
    drawing = _drawing(chart, _json(fill), _json(data), locale)
    return Markup(drawing if words is None else _said(drawing, words))  # noqa: S704


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


@cache
def _compiled(spec: str, empty: frozenset[str], names: frozenset[str]) -> str:
    """Vega as JSON, its datasets empty."""
    chart: dict[str, Any] = _without(json.loads(spec), empty)
    chart["datasets"] = {**chart.get("datasets", {}), **{name: [] for name in sorted(names)}}
    return _json(vl_convert.vegalite_to_vega(_json(chart)))


def _without(part: Any, empty: Collection[str]) -> Any:
    """A part of a chart without layers of which nothing would be seen.

    The first stays: bars make bands of an axis, and rings alone would make points.
    """
    if isinstance(part, list):
        return [_without(each, empty) for each in part]
    if not isinstance(part, dict):
        return part
    told = {name: _without(each, empty) for name, each in part.items()}
    if "layer" in told:
        first, *others = told["layer"]
        seen = [each for each in others if each.get("data", {}).get("name") not in empty]
        told["layer"] = [first, *seen]
    return told


@lru_cache(maxsize=3_000)
def _drawing(chart: str, fill: str, data: str, locale: Any) -> str:
    """The same figures are drawn once, whichever audiences they are for."""
    for name, values in json.loads(fill).items():
        chart = chart.replace(_json([name]), _json(values))
    told, rows = json.loads(chart), json.loads(data)
    for each in told["data"]:
        if each["name"] in rows:
            each["values"] = rows[each["name"]]
    found = _ROOT.match(vl_convert.vega_to_svg(_json(told), format_locale=locale))
    assert found is not None, "vl-convert gave no SVG"  # noqa: S101 - its contract, not our input
    width, height = found[1].split()[2:]
    size = f'viewBox="{found[1]}" width="{width}" height="{height}" font-size="{TEXT}"'
    # Vega escapes every text, and no mark of ours has a link or an image.
    return f'<svg {size} aria-hidden="true">{slim(found[2])}</svg>'


def _said(drawing: str, words: Words) -> str:
    def one(found: re.Match[str]) -> str:
        said = html.escape(words(html.unescape(found[1])), quote=False)
        return f">{said}</{found[2]}>"

    return _LETTERS.sub(one, drawing)
