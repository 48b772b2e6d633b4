"""Numbers, durations, yes and no, addresses and roles from cells."""

from datetime import date, datetime, time, timedelta

import pytest

from cophub.connectors.mapping.values import (
    as_count,
    as_email,
    as_flag,
    as_key,
    as_line,
    as_minutes,
    as_number,
    as_text,
    is_short,
    unit_of,
)
from cophub.connectors.mapping.words import role_of, status_of


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,5", 1.5), ("1.5", 1.5), ("1 234,5", 1234.5), ("1,234.5", 1234.5), ("1.234,5", 1234.5),
        ("45 %", 0.45), ("45%", 0.45), (0.45, 0.45), ("−3", -3), ("1'000", 1000),
        ("1,234,567", 1234567),        ("0,123", 0.123), ("", None), ("n/a", None), ("#N/A", None),
    ],
)  # fmt: skip
def test_numbers(cell, number):
    assert as_number(cell) == number


def test_a_comma_that_may_mean_two_things_is_not_guessed():
    with pytest.raises(ValueError, match="decimal_comma"):
        as_number("1,234")
    assert as_number("1,234", decimal_comma=True) == 1.234
    assert as_number("1,234", decimal_comma=False) == 1234
    assert as_count("1,234") == 1234
    assert as_count("1.234") == 1234
    assert as_count("1 234") == 1234
    assert as_count(12.0) == 12


@pytest.mark.parametrize("cell", ["1.5", "45%", "many", True, 1.5])
def test_what_is_no_whole_number_is_refused(cell):
    with pytest.raises(ValueError, match="number"):
        as_count(cell)


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("1 h 05 min", 65), ("1h05", 65), ("1h 1m 55s", 61.9167), ("65 min", 65),
        ("90 seconds", 1.5),
        ("0:47:00", 47), ("1:05", 65), ("PT1H5M", 65), ("PT90S", 1.5), ("1 heure et 5 minutes", 65),
        ("1 hora 5 minutos", 65), ("47", 47), ("47,5", 47.5), (47, 47), (timedelta(hours=25), 1500),
        (time(0, 47), 47), ("", None), ("1 hour, 5 minutes", 65),
    ],
)  # fmt: skip
def test_durations(cell, minutes):
    assert as_minutes(cell) == minutes


def test_the_title_and_the_column_tell_what_a_duration_counts():
    assert unit_of("Duration (Seconds)") == "seconds"
    assert unit_of("Duración (horas)") == "hours"
    assert unit_of("Duration") is None
    assert as_minutes("2820", "seconds") == 47
    assert is_short("47:10")
    assert not any(map(is_short, ("0:47", "1:05", "47:10:00", 47)))
    assert as_minutes("47:30", short=True) == 47.5
    for wrong in ("-5", "long", True, timedelta(minutes=-1)):
        with pytest.raises(ValueError, match=r"duration|number"):
            as_minutes(wrong)


@pytest.mark.parametrize(
    ("cell", "flag"),
    [("Yes", True), ("oui", True), ("Sí", True), ("NON", False), ("x", True), (False, False),
     ("0", False), (1.0, True), ("", None)],
)  # fmt: skip
def test_yes_and_no_in_words(cell, flag):
    assert as_flag(cell) is flag


def test_a_word_that_is_neither_yes_nor_no_is_refused():
    assert as_flag("Cancelled", "cancelled") is True
    assert as_flag("Inscrite", "registered") is True
    with pytest.raises(ValueError, match="neither"):
        as_flag("perhaps")


def test_addresses():
    assert as_email(" Ada <Ada@Example.org> ") == ("ada@example.org", ())
    assert as_email("a@example.org; b@example.org") == ("a@example.org", ("b@example.org",))
    assert as_email("mailto:a@example.org") == ("a@example.org", ())
    assert as_email("") == (None, ())
    for wrong in ("ada", "a@", "ma***@example.org"):
        with pytest.raises(ValueError, match="no e-mail address"):
            as_email(wrong)


@pytest.mark.parametrize(
    "written", ["ana@bücher.example", "ana@почта.example", "ana@परीक्षा.परीक्षा", "ana@faß.example"]
)
def test_a_domain_in_any_letters_stays_as_it_is_written(written):
    assert as_email(f"Ana <{written.replace('ana', 'Ana')}>") == (written, ())
    assert as_email(f"mailto:{written}, b@example.org") == (written, ("b@example.org",))


def test_letters_that_no_domain_has_are_no_address():
    for wrong in ("ana@bÃ¼cher.example", "ana@bü\ufffdcher.example", "änä@bücher.example",
                  "a***@bücher.example", "ana@-ü-.example", "ana@bü_cher.example"):  # fmt: skip
        with pytest.raises(ValueError, match="no e-mail address"):
            as_email(wrong)


def test_text_and_ids():
    assert as_text("'=SUM(A1)") == "=SUM(A1)"
    assert as_text("=SUM(A1)") == "=SUM(A1)"
    assert as_line(" Ada\n  Lovelace\u00a0") == "Ada Lovelace"
    assert as_text(date(2024, 3, 4)) == "2024-03-04"
    assert as_text(datetime(2024, 3, 4)) == "2024-03-04"  # noqa: DTZ001 - a spreadsheet's
    assert as_key(123.0) == "123"
    assert as_key("00123") == "00123"
    for wrong in ("1.2E+15", "1,2E+15", 1e16):
        with pytest.raises(ValueError, match="id"):
            as_key(wrong)


def test_roles_and_states_in_several_languages():
    words = ("Animatrice", "Propriétaire", "MIEMBRO", "Moderadora", "Invité", "Boss")
    assert [role_of(word) for word in words] == [
        "facilitator", "owner", "member", "moderator", "guest", None,
    ]  # fmt: skip
    assert [status_of(word) for word in ("Actif", "désabonné", "En attente", "?")] == [
        "active", "unsubscribed", "pending", None,
    ]  # fmt: skip
