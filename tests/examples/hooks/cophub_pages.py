"""A page of cophub's site: in which tools the communities talk.

Everybody sees threads, which are things; members and the public no number of people below 5.
"""

from collections.abc import Iterator

from cophub import Page, PageContext, hookimpl
from cophub.page import Block, Chart, Column, Heading, Paragraph, Table

THREADS = """
SELECT source, count(*) AS threads, max(happened_on) AS newest_on
FROM items WHERE kind = 'thread' GROUP BY source ORDER BY threads DESC
"""
PEOPLE = """
SELECT source, count(DISTINCT person) AS people
FROM acts WHERE kind IN ('posted', 'answered') GROUP BY source ORDER BY people DESC
"""


def content(ctx: PageContext) -> Iterator[Block]:
    """A chart and a table of the tools; for facilitators also who writes in each, as numbers."""
    tools = ctx.rows(THREADS)
    total = sum(tool["threads"] for tool in tools)
    yield Paragraph(
        {"en": "Threads known: {threads}.", "fr": "Fils connus : {threads}."},
        {"threads": total},
    )
    threads = Column("threads", {"en": "Threads", "fr": "Fils"}, "number")
    bars = [(tool["source"], [tool["threads"]]) for tool in tools]
    yield Chart("tools", {"en": "By tool", "fr": "Par outil"}, "Tool", [threads], bars)
    columns = [Column("tool", "Tool"), threads, Column("newest", "Newest thread", "day")]
    rows = [(tool["source"], tool["threads"], tool["newest_on"]) for tool in tools]
    yield Table("newest", "Tools with their newest thread", columns, rows)
    if ctx.audience == "facilitators":
        yield Heading("Who writes")
        writers = [(tool["source"], tool["people"]) for tool in ctx.rows(PEOPLE)]
        people = Column("people", "People", "people")
        yield Table("writers", "People who wrote", [Column("tool", "Tool"), people], writers)


@hookimpl
def cophub_pages() -> list[Page]:
    title, summary = {"en": "Tools", "fr": "Outils"}, "In which tools the communities talk."
    return [Page("tools", title, summary, content, ("public", "members", "facilitators"))]
