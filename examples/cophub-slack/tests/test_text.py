"""Slack's markup becomes the text that a reader sees."""

import pytest

from cophub_slack.text import escaped, plain

NAMES = {"U012AB3CD": "Amina Otieno", "C123ABC456": "cop-water"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Hey <@U012AB3CD>, thanks", "Hey @Amina Otieno, thanks"),
        ("Hey <@U000000AA|boris>", "Hey @boris"),
        ("Hey <@U000000AA>", "Hey @U000000AA"),
        ("see <#C123ABC456|old-name>", "see #cop-water"),
        ("see <#C000000AA|elsewhere>", "see #elsewhere"),
        ("<!here> and <!channel|channel>", "@here and @channel"),
        ("<!subteam^SAZ94GDB8|@water-team> come", "@water-team come"),
        ("<!date^1392734382^Posted {date_num}^https://example.org|Posted 2014-02-18>",
         "Posted 2014-02-18"),
        ("<https://example.org/a_b_c|the map>", "the map (https://example.org/a_b_c)"),
        ("<https://example.org/a_b_c>", "https://example.org/a_b_c"),
        ("<http://example.org|example.org>", "example.org"),
        ("<mailto:amina@example.org|amina@example.org>", "amina@example.org"),
        ("*bold*, _italic_ and ~struck~", "bold, italic and struck"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("`*not bold*` and ```_not_\nitalic```", "*not bold* and _not_\nitalic"),
        ("5 &lt; 6 &amp;&amp; 7 &gt; 6", "5 < 6 && 7 > 6"),
        ("&amp;lt; is how it is written", "&lt; is how it is written"),
        ("&gt; quoted", "> quoted"),
        ("well done :tada: :our-own-sign:", "well done 🎉 :our-own-sign:"),
        (":wave::skin-tone-3: at 10:30:45", "👋 at 10:30:45"),
    ],
)  # fmt: skip
def test_markup_is_read_as_people_see_it(written: str, read: str) -> None:
    assert plain(written, NAMES) == read


def test_nothing_is_no_text() -> None:
    assert plain("", NAMES) is plain(" \n", NAMES) is plain(None, NAMES) is None


def test_what_we_write_mentions_nobody() -> None:
    """Whatever a community is called, it calls no channel together."""
    assert escaped("R&D <!channel>") == "R&amp;D &lt;!channel&gt;"
    assert plain(escaped("R&D <!channel>"), NAMES) == "R&D <!channel>"
