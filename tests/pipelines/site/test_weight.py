"""What pages weigh: no more than 300 kB without their data, for a large organisation too.

A page's data are the rows of its tables, the items of its lists, its drawings and the figures of
its charts. What is left is what a reader waits for before there is anything to read. The file that
makes charts answer is no part of it: it is asked for once they are in view, and kept.
"""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from cophub.pipelines.site.model import Community, Person, Site
from cophub.pipelines.site.pages import PEOPLE_TO_A_PAGE, pages
from tests.pipelines.site.browsing import Made
from tests.pipelines.site.conftest import invented_together

DATA = re.compile(
    r"<tr\b.*?</tr>|<li\b.*?</li>|<svg\b.*?</svg>|<script type=\"application/json\">.*?</script>",
    re.DOTALL,
)
MOST = 300_000


def weights(text: str) -> tuple[int, int]:
    """Bytes of a page without its data, and of all of it."""
    return len(DATA.sub("", text).encode()), len(text.encode())


def test_a_pages_data_are_its_rows_its_items_its_drawings_and_its_charts_figures():
    rest = "<style>a</style><table></table>"
    assert weights(f"{rest}<tr><td>é</td></tr><li>x</li>")[0] == len(rest)
    assert weights('<script type="application/json">{}</script><svg><g/></svg>')[0] == 0
    assert weights("<script>1</script>") == (18, 18)


@pytest.mark.parametrize("site", ["audiences", "languages"])
def test_no_page_weighs_more_than_300_kb(request, site):
    made: Made = request.getfixturevalue(site)
    for path in made.pages:
        bare, whole = weights((made.folder / path).read_text("utf-8"))
        assert bare < MOST / 3, path
        assert whole < MOST, path


def large(site: Site) -> Site:
    """200 communities and 20,000 listed people; only the first community has months to draw."""
    first = site.communities[0]
    rest = tuple(
        Community(
            f"c{n:03}", f"Community of practice on a long subject, number {n:03}", "Agriculture",
            members=first.members, active=first.active, trend=first.trend,
            last_activity=site.made_at - timedelta(days=n), quarters=first.quarters,
        )
        for n in range(199)
    )  # fmt: skip
    homes = [(each.key, each.title) for each in rest]
    people = tuple(
        Person(f"Person {n:05}", "Ministry of Agriculture, Livestock and Fisheries",
               tuple(homes[n % 150 + 7 * at] for at in range(1 + n % 3)), ("member",), "2026-03")
        for n in range(20_000)
    )  # fmt: skip
    every = (first, *rest)
    return replace(site, communities=every, directory=people, together=invented_together(every))


def test_no_page_weighs_more_where_there_are_200_communities_and_20000_people(invented):
    made = {str(each.path): weights(str(each.content)) for each in pages(large(invented))}
    assert len([path for path in made if path.startswith("communities/")]) == 200
    assert sum(path.startswith("people") for path in made) == -(-20_000 // PEOPLE_TO_A_PAGE)
    assert max(bare for bare, _ in made.values()) < MOST / 3
    heavy = {path: whole for path, (_, whole) in made.items() if whole > MOST}
    assert heavy.keys() <= {"index.html"}, heavy
    assert heavy.get("index.html", 0) < 2 * MOST
