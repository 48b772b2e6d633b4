"""Drawings: every published figure a bar, every hidden one a ring, all in the page's colours."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import altair as alt

from cophub.pipelines.site import publications, runtime
from cophub.pipelines.site.charts import (
    acts_chart,
    draw_acts,
    draw_flow,
    draw_people,
    flow_chart,
    people_chart,
)
from cophub.pipelines.site.drawing import Key, Row, Table, make_chart, shown_unless_off
from cophub.pipelines.site.formats import FEW, cell
from cophub.pipelines.site.map import draw_map
from cophub.pipelines.site.model import Month, Series
from cophub.pipelines.site.slimming import slim
from cophub.pipelines.site.voices import voice, voices


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
    paths = re.findall(rf'<path d="([^"]*)" fill="{colour}"', drawing)
    found = re.findall(r"M([\d.-]+),[\d.-]+h[\d.]+v([\d.]+)h", "".join(paths))
    return [float(height) for _, height in sorted((float(x), h) for x, h in found) if float(height)]


def rings(drawing: str) -> int:
    paths = re.findall(r'<path d="([^"]*a[^"]*)"', drawing)
    return "".join(paths).count("M")


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
    (path,) = re.findall(r'<path d="([^"]*)" fill="var\(--c1-soft\)"', wide)
    found = re.findall(r"M([\d.]+),[\d.]+h[\d.]+v[1-9]", path)
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


def test_what_the_browser_draws_from_is_what_is_published_and_nothing_else():
    chart = flow_chart(months(joins=[40, 3, 12], left=[2, 0, 7]))
    told = json.loads(chart.live)
    assert told["data"] == {
        "joins": [{"row": "2026-01", "v": 40}, {"row": "2026-03", "v": 12}],
        "joins hidden": [{"row": "2026-02", "v": 0}],
        "left": [{"row": "2026-02", "v": 0}, {"row": "2026-03", "v": -7}],
        "left hidden": [{"row": "2026-01", "v": 0}],
    }
    assert told["fill"]["the months"] == ["2026-01", "2026-02", "2026-03"]
    assert [row.key for row in chart.table.rows] == ["2026-03", "2026-02", "2026-01"]
    assert people_chart(months(engaged=[3, 0])).live == ""


def test_the_browser_and_the_drawing_write_numbers_in_the_readers_language():
    assert json.loads(people_chart(months(engaged=[9])).live)["locale"] is None
    french = people_chart(months(engaged=[12_345, 9]), voice("fr"))
    assert json.loads(french.live)["locale"]["decimal"] == ","
    assert french.aside == "par mois"
    assert french.table.head == ("Mois", "Ont agi", "Ont contribué")


class Script(HTMLParser):
    """What a browser takes for the content of the first script."""

    content = ""

    def handle_data(self, data: str) -> None:
        self.content += data if self.lasttag == "script" and not self.ended else ""

    ended = False

    def handle_endtag(self, tag: str) -> None:
        self.ended = True


def spots(colour: str, width: int) -> Any:
    points = alt.Chart(alt.NamedData(name="spots")).mark_point(color=colour)
    return points.encode(
        x=alt.X("x:Q", scale=alt.Scale(domain=["the ends"])), y="y:Q"
    ).transform_filter(shown_unless_off("spots")).properties(width=width, height=100)  # fmt: skip


def spots_chart(title: str) -> Any:
    return make_chart(
        "spots", "Spots", "One spot.", draw=spots, args=("var(--c3)",),
        data={"spots": [{"row": title, "x": 30, "y": 7}]}, fill={"the ends": [0, 60]},
        legend=[Key("spots", "Spots", "var(--c3)")],
        table=Table(("Place", "People"), (Row(title, title, (cell(7, 7),)), Row("b", "B", (FEW,)))),
    )  # fmt: skip


def test_any_altair_chart_can_stand_on_a_page():
    chart = spots_chart("a")
    wide, narrow = chart.drawings
    assert 'stroke="var(--c3)"' in wide
    assert ">60</text>" in wide
    assert float(re.search(r'width="([\d.]+)"', wide)[1]) > float(
        re.search(r'width="([\d.]+)"', narrow)[1]
    )


def test_no_word_of_the_data_can_end_the_script_that_holds_them():
    title = "</script><script>alert(1)//<!--&amp;"
    parser = Script()
    parser.feed(f"<script>{spots_chart(title).live}</script>")
    assert json.loads(parser.content)["data"]["spots"][0]["row"] == title


def test_a_chart_is_asked_for_once_for_all_pages_that_have_it():
    asked = []

    def draw(width: int) -> Any:
        asked.append(width)
        return spots("var(--c1)", width)

    for title in ("a", "b", "c"):
        make_chart("x", "X", "", draw=draw, data={"spots": [{"row": title, "x": 1, "y": 1}]},
                   fill={"the ends": [0, 1]}, table=Table(("",), ()))  # fmt: skip
    assert len(asked) == 2


def test_the_file_that_pages_load_makes_no_code_of_text_and_has_its_licence_and_version():
    file = runtime.publication()
    assert re.fullmatch(r"assets/charts-[0-9a-f]{12}\.js", runtime.path())
    assert file.path == runtime.path()
    assert "BSD-3-Clause" in str(file.content)[:200]
    assert "</script" not in str(file.content)
    assert "ast: true" in str(file.content)
    assert len(str(file.content)) < 1_000_000


def test_the_bundle_is_made_once_and_without_a_cache_folder_each_time(monkeypatch, tmp_path):
    made = []
    monkeypatch.setattr(
        runtime.vl_convert, "javascript_bundle", lambda _: made.append(1) or "a\r\né"
    )
    monkeypatch.setattr(runtime, "user_cache_path", lambda _: tmp_path / "cache" / "cophub")
    assert [runtime._vega() for _ in range(2)] == ["a\r\né"] * 2
    assert len(made) == 1
    assert len(list((tmp_path / "cache" / "cophub").iterdir())) == 1
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(runtime, "user_cache_path", lambda _: tmp_path / "file" / "cophub")
    assert [runtime._vega() for _ in range(2)] == ["a\r\né"] * 2
    assert len(made) == 3


def test_each_audience_has_the_file_once_whatever_languages_it_reads(invented):
    speak = voices(["en", "fr"])
    made = [str(each.path) for voice in speak for each in publications(invented, voice, speak)]
    assert [path for path in made if path.endswith(".js")] == [runtime.path()]


def test_every_page_with_charts_names_the_file_and_weighs_little_without_its_data(translated):
    pages = {path: text for path, text in translated.items() if path.endswith(".html")}
    for path, page in pages.items():
        up = "../" * path.count("/")
        assert f'data-charts="{up}{runtime.path()}"' in page
        bare = re.sub(r'<script type="application/json">.*?</script>', "", page, flags=re.DOTALL)
        assert len(bare.encode()) < 300_000, path


def test_a_drawing_is_as_short_as_it_can_be_and_shows_the_same():
    bar = '<path d="M{},0h9v9h-9Z" fill="var(--c1)"/>'
    ring = '<path transform="translate({},92)" d="M2,0A2,2,0,1,1,-2,0A2,2,0,1,1,2,0" stroke="a"/>'
    drawing = f'<g><g transform="translate(0,0)">{bar.format(1)}{bar.format(20.123)}</g></g>'
    assert slim(drawing) == '<path d="M1,0h9v9h-9ZM20.1,0h9v9h-9Z" fill="var(--c1)"/>'
    assert slim(ring.format(10) + ring.format(30)) == (
        '<path d="M12,92a2,2,0,1,1,-4,0a2,2,0,1,1,4,0M32,92a2,2,0,1,1,-4,0a2,2,0,1,1,4,0"'
        ' stroke="a"/>'
    )
    spots = '<path d="M2,0a2,2,0,1,1,-4,0" fill="b"/><path d="M3,0a2,2,0,1,1,-4,0" fill="b"/>'
    assert slim(spots) == spots, "these may lie over one another"
    other = '<path d="M5,0h9v9h-9Z" fill="var(--c2)"/>'
    assert slim(bar.format(1) + other) == bar.format(1) + other
    text = '<text font-size="12.5px">A &lt; B</text>'
    moved = '<g transform="translate(4,4)">{}</g>'
    assert slim(moved.format(f"<g>{text}</g>")) == moved.format(text)


def test_a_drawing_keeps_what_is_written_in_it():
    words = 'Master class of role models in classrooms, version 2.25, "opacity" &lt;g&gt;'
    text = f'<text font-size="12.5px">{words}</text>'
    drawing = text.replace("<text", '<text class="mark" role="graphics-symbol" opacity="1"')
    assert slim(drawing) == text


def test_charts_are_what_vega_lite_takes():
    """They are not held against its schema when a site is made."""
    series = (Series("a", "A", "var(--c1)"), Series("b", "B", "var(--c2)"))
    for draw in (draw_people, draw_flow):
        assert draw(series, 500).to_dict(validate=True)
    assert alt.Chart.from_dict(draw_acts(series, 500), validate=True)
    assert draw_map(500).to_dict(validate=True)


def test_the_words_and_numbers_of_a_drawing_are_those_of_the_language_and_nothing_else_differs():
    kinds = (Series("posts", "Posts"), Series("opens", "Opened"))
    figures = months(posts=[2_000, 5] * 4, opens=[7, 2] * 4)
    english, french = (acts_chart(figures, kinds, voice(each)) for each in ("en", "fr"))
    for old, new in zip(english.drawings, french.drawings, strict=True):
        (said, shapes), (told, others) = letters(old), letters(new)
        assert shapes == others
        assert {"Posts", "Jan", "Jul", "2026", "1,000", "2,000"} <= set(said)
        assert {"Messages", "janv.", "juil.", "2026", "1\u202f000", "2\u202f000"} <= set(told)


def letters(drawing: str) -> tuple[list[str], str]:
    return re.findall(r">([^<>]+)<", drawing), re.sub(r">[^<>]+<", "><", drawing)
