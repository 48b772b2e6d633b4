"""A quarter table shows changes, and nothing that is about few people, nor what would tell it."""

from cophub.pipelines.site.formats import cell
from cophub.pipelines.site.quarters import before, published, quarter_rows
from cophub.pipelines.site.withholding import withhold_sums


def raw(**figures):
    """Rows of `measure_quarter`: measure=(value, difference) or value, `small` as the rule says."""
    units = {"opened_percent": "%", "events": "events", "seats": "seats"}
    table = {}
    for name, told in figures.items():
        value, difference = told if isinstance(told, tuple) else (told, None)
        unit = units.get(name, "persons")
        small = unit == "persons" and value is not None and 0 < value < 5
        table[name] = {
            "measure": name, "label": name.replace("_", " "), "unit": unit, "value": value,
            "previous": None, "difference": difference, "percent": None, "small": small,
            "absent": None if value is not None else "Not told.", "note": None,
        }  # fmt: skip
    return table


def table(now, then):
    return quarter_rows(now, published(now), published(then))


def texts(rows):
    return {row.measure: (row.value.text, row.previous.text, row.difference.text) for row in rows}


def test_a_quarter_stands_beside_the_one_before():
    rows = table(raw(people=(1240, 40)), raw(people=1200))
    assert texts(rows) == {"people": ("1,240", "1,200", "+40")}
    assert before("2026Q1") == "2025Q4"
    assert before("2025Q4") == "2025Q3"


def test_the_change_of_a_hidden_figure_is_hidden():
    """7 now and +4 would say that there were 3."""
    (row,) = table(raw(attendees=(7, 4)), raw(attendees=3))
    assert (row.value.text, row.previous.text) == ("7", "<5")
    assert (row.difference.value, row.difference.state) == (None, "withheld")
    assert row.percent.value is None


def test_joined_and_left_are_hidden_together():
    """People 20, then 24, and nobody left: 4 joined, unless left is hidden too."""
    rows = table(raw(people=(24, 4), people_joined=4, people_left=0), raw(people=20))
    shown = {row.measure: row for row in rows}
    assert shown["people"].difference.text == "+4"
    for name in ("people_joined", "people_left"):
        assert (shown[name].value.value, shown[name].value.state) == (None, "withheld")


def test_both_are_shown_where_neither_is_small():
    rows = table(raw(people=(24, 4), people_joined=9, people_left=5), raw(people=20))
    assert {row.measure: row.value.text for row in rows}["people_joined"] == "9"


def test_what_the_measure_marks_as_small_is_hidden_whatever_its_unit():
    figures = raw(seats=2, opened_percent=0.0, events=0)
    for row in figures.values():
        row["small"] = True
    assert {row.measure: row.value.text for row in table(figures, {})} == {
        "seats": "–",
        "opened_percent": "–",
        "events": "0",
    }


def test_a_rate_changes_in_points():
    (row,) = table(raw(opened_percent=(27.5, 1.3)), raw(opened_percent=26.2))
    assert (row.value.text, row.difference.text, row.percent.text) == ("27.5 %", "+1.3 pts", "–")


def test_an_absent_figure_keeps_its_reason():
    (row,) = table(raw(attendees=None), {})
    assert (row.value.text, row.value.note) == ("–", "Not told.")


def test_a_note_of_every_figure_is_said_once_and_small_numbers_of_people_in_no_note():
    figures = raw(people=12, events=3)
    figures["people"]["note"] = "the quarter is not over; without 2 of 14 who have no date"
    figures["events"]["note"] = "the quarter is not over; 1 of 3 has no list"
    assert [row.note for row in table(figures, {})] == [
        "without <5 of 14 who have no date",
        "1 of 3 has no list",
    ]
    figures = raw(people=None)
    figures["people"]["absent"] = "3 of 4 memberships have no date, 0.5 of 30"
    (row,) = table(figures, {})
    assert row.value.note == "<5 of <5 memberships have no date, 0.5 of 30."


def across(**figures):
    """The texts of one measure's cells of one quarter, by community."""
    told = {name: {"2026Q1": {"emails_sent": cell(n, n)}} for name, n in figures.items()}
    total = sum(figures.values())
    withhold_sums(told | {"": {"2026Q1": {"emails_sent": cell(total, total)}}}, {})
    return {name: each["2026Q1"]["emails_sent"].text for name, each in told.items()}


def test_the_total_of_all_communities_does_not_tell_the_one_that_is_hidden():
    """100 in all, less 60 and 37, would be 3."""
    assert across(a=60, b=37, c=3) == {"a": "60", "b": "–", "c": "<5"}
    assert across(a=60, b=2, c=3) == {"a": "60", "b": "<5", "c": "<5"}
    assert across(a=60, b=37) == {"a": "60", "b": "37"}
    assert across(a=0, b=3) == {"a": "0", "b": "<5"}, "their total is 3, and hidden too"
