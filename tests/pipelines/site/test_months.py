"""Months for charts: no gap, no invented zero, and no end that nothing was read of."""

from cophub.pipelines.site.formats import cell
from cophub.pipelines.site.months import newest_month, read_months, shift, span, timeline
from cophub.pipelines.site.withholding import withhold_sums

FIGURES = {
    "posts": {"2025-11": cell(6, 5), "2026-02": cell(9, 7)},
    "attendance": {"2026-01": cell(20, 20)},
}


def test_a_month_without_a_row_is_zero_once_the_kind_was_seen_and_absent_before():
    months = {each.key: each for each in timeline(FIGURES, "2026-02", 24)}
    assert list(months) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert months["2025-12"].cell("posts").text == "0"
    assert months["2026-02"].cell("attendance").text == "0"
    assert months["2025-12"].cell("attendance").state == "absent"


def test_only_the_newest_months_are_kept():
    assert [each.key for each in timeline(FIGURES, "2026-02", 2)] == ["2026-01", "2026-02"]
    assert timeline({}, "2026-02", 24) == ()
    assert timeline(FIGURES, None, 24) == ()


def test_the_newest_month_is_the_last_in_which_anything_happened():
    """A hidden month happened; a month of nothing did not."""
    assert newest_month([FIGURES]) == "2026-02"
    assert newest_month([{"posts": {"2026-01": cell(2, 2), "2026-02": cell(0, 0)}}]) == "2026-01"
    assert newest_month([]) is None


def test_months_are_counted_over_the_turn_of_a_year():
    assert shift("2026-01", -1) == "2025-12"
    assert shift("2025-12", 13) == "2027-01"
    assert span("2025-11", "2026-01") == ["2025-11", "2025-12", "2026-01"]


def test_the_months_of_a_quarter_do_not_tell_the_one_that_is_hidden(rows, warehouse):
    """People who left in a quarter: 20, of them 9 and 8 in two months, and 3 in the hidden one."""
    for month, people in (("2026-01", 9), ("2026-02", 3), ("2026-03", 8), ("2026-04", 7)):
        for kind in ("left", "posts"):
            rows.add("measure_month", {"version": 1, "community": "c", "month": month,
                                       "kind": kind, "acts": people, "people": people})  # fmt: skip
    with warehouse.connect() as connection:
        figures = read_months(connection, "2026-04")
    quarters = {"c": {"2026Q1": {"people_left": cell(20, 20)}}}
    withhold_sums(quarters, figures)
    figures = figures["c"]
    assert [figures["left"][f"2026-0{n}"].text for n in (1, 2, 3, 4)] == ["9", "<5", "–", "7"]
    assert [figures["posts"][f"2026-0{n}"].text for n in (1, 2, 3)] == ["9", "<5", "8"]
