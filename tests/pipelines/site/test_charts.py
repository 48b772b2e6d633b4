"""Drawings: every published figure a bar, every hidden one a ring, all in the page's colours."""

import re
from itertools import pairwise

from cophub.pipelines.site.charts import acts_chart, flow_chart, people_chart
from cophub.pipelines.site.formats import cell
from cophub.pipelines.site.model import Month, Series


def months(**series: list[int | None]) -> tuple[Month, ...]:
    """Months from January 2026 on; None is a month of which nothing is known."""
    length = len(next(iter(series.values())))
    return tuple(
        Month(
            f"2026-{n + 1:02d}",
            {k: cell(v[n], v[n]) for k, v in series.items() if v[n] is not None},
        )
        for n in range(length)
    )


def known(series: dict[str, list[int | None]], n: int) -> dict[str, list[int | None]]:
    return {name: values for name, values in series.items() if values[n] is not None}


def bars(drawing: str, colour: str) -> list[float]:
    """Heights of the bars of a colour, from left to right; those of nothing left out."""
    found = re.findall(
        rf'<path d="M([\d.-]+),[\d.-]+h[\d.]+v([\d.]+)h[^"]*" fill="{colour}"', drawing
    )
    return [float(height) for _, height in sorted((float(x), h) for x, h in found) if float(height)]


def rings(drawing: str) -> int:
    return len(re.findall(r'<path transform="[^"]*" d="[^"]*A[^"]*"', drawing))


def test_a_bar_is_as_high_as_its_figure_and_a_hidden_one_is_a_ring_instead():
    chart = people_chart(months(engaged=[40, 20, 3, 0], active=[10, 5, 2, 0]))
    for drawing in chart.drawings:
        assert [round(each / 30, 1) for each in bars(drawing, r"var\(--c1-soft\)")] == [5.0, 2.5]
        assert [round(each / 7.5, 1) for each in bars(drawing, r"var\(--c1\)")] == [5.0, 2.5]
        assert rings(drawing) == 2
    assert chart.hidden


def test_who_left_counts_downwards_from_the_line_where_who_joined_stands():
    (wide, _) = flow_chart(months(joins=[10, 0], left=[0, 20])).drawings
    (up,), (down,) = bars(wide, r"var\(--c1\)"), bars(wide, r"var\(--c2\)")
    assert round(down / up, 1) == 2.0
    assert ">10</text>" in wide
    assert ">20</text>" in wide
    assert not re.search(">[-−]", wide), "people who left are no negative people"


def test_acts_have_a_strip_for_each_kind_that_happened():
    kinds = (Series("posts", "Posts"), Series("opens", "Opened"), Series("documents", "Documents"))
    chart = acts_chart(months(posts=[9, 8], opens=[50, None], documents=[0, 0]), kinds)
    assert [each.label for each in chart.legend] == ["Posts", "Opened"]
    assert chart.summary == (
        "Posts: 8 in Feb 2026, at most 9 in Jan 2026."
        " Opened: 50 in Jan 2026, at most 50 in Jan 2026."
    )


def test_nothing_is_drawn_of_what_never_happened_or_is_hidden_throughout():
    assert flow_chart(months(joins=[0, 0], left=[0, 0])) is None
    assert people_chart(()) is None
    hidden = people_chart(months(engaged=[3, 0]))
    assert (hidden.drawings, hidden.hidden) == (None, True)


def test_every_month_has_its_place_also_where_nothing_is_shown():
    """The first and last month are empty, and the bars between them are not at the edges."""
    (wide, _) = people_chart(months(engaged=[0, 9, 9, 9, 0])).drawings
    found = re.findall(r'<path d="M([\d.]+),[\d.]+h[\d.]+v[1-9][^>]+fill="var', wide)
    starts = sorted(float(each) for each in found)
    assert starts[0] > 100
    assert starts[-1] < 400
    assert {round(b - a) for a, b in pairwise(starts)} <= {round(starts[1] - starts[0])}


def test_colours_are_those_of_the_style_sheet_and_nothing_is_loaded_or_named_twice():
    for drawing in people_chart(months(engaged=[40, 3], active=[9, 2])).drawings:
        assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawing)) <= {
            "none", "var(--c1)", "var(--c1-soft)", "var(--soft)", "var(--rule)", "var(--ink)",
        }  # fmt: skip
        assert not re.search(r"\bid=|href|url\(|http", drawing)
