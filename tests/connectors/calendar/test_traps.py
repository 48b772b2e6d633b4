"""The traps of calendars, and the tests that fail when what avoids them is taken out.

Whoever removes or renames one of these tests says here what holds its trap instead.
"""

import pytest

from tests.connectors.traps import unheld

TRAPS = {
    "a series may have no end": (
        "connectors/calendar/test_events.py::test_an_endless_series_is_written_out_within_the_window",
        "connectors/calendar/test_runs.py::test_time_goes_on_although_the_calendar_does_not_change",
    ),
    "a rule may give an event each second": (
        "connectors/calendar/test_events.py::test_a_bad_entry_loses_no_other",
    ),
    "a rule may be of a day that never comes, or go round": (
        "connectors/calendar/test_events.py::test_a_day_that_never_comes_is_not_waited_for",
        "connectors/calendar/test_events.py::test_a_rule_that_goes_round_is_refused",
        "connectors/calendar/test_events.py::test_a_rule_is_weighed_by_its_steps_from_its_first_day",
    ),
    "a series may have any number of changes": (
        "connectors/calendar/test_events.py::test_a_series_of_many_changes_takes_no_longer_for_each",
    ),
    "an address on the web may be a script": (
        "connectors/calendar/test_events.py::test_an_address_of_an_entry_is_one_on_the_web_or_none",
    ),
    "excluded days are written in three ways": (
        "connectors/calendar/test_events.py::test_excluded_days_are_not_events",
    ),
    "an occurrence that moved names when it was first to be, in any zone": (
        "connectors/calendar/test_events.py::test_an_occurrence_that_was_moved_keeps_its_key",
        "connectors/calendar/test_runs.py::test_an_event_that_moves_keeps_its_key",
    ),
    "an occurrence or a whole file may be cancelled": (
        "connectors/calendar/test_events.py::test_a_cancelled_occurrence_is_there_and_cancelled",
    ),
    "a whole day has no zone and an end that is not one of its days": (
        "connectors/calendar/test_events.py::test_a_whole_day_is_that_day_where_the_calendar_is",
    ),
    "files define zones of any name, and two files the same name differently": (
        "connectors/calendar/test_events.py::test_a_zone_of_any_name_is_as_the_file_defines_it",
    ),
    "Outlook names zones as Windows does": (
        "connectors/calendar/test_events.py::test_the_names_of_windows_are_known",
    ),
    "a time may hang in no zone, or in one that nobody knows": (
        "connectors/calendar/test_events.py::test_a_time_in_no_known_zone_is_in_the_zone_of_the_settings",
    ),
    "an end may be before its start": (
        "connectors/calendar/test_events.py::test_an_end_before_the_start_is_none",
    ),
    "an entry may be there in two editions": (
        "connectors/calendar/test_events.py::test_of_two_editions_the_later_counts",
    ),
    "an entry may have no id": (
        "connectors/calendar/test_events.py::test_an_entry_without_an_id_stays_the_same",
    ),
    "shared calendars hold private entries": (
        "connectors/calendar/test_events.py::test_private_entries_are_left_out",
    ),
    "calendars, rooms and nobody stand where people do": (
        "connectors/calendar/test_events.py::test_calendars_and_nobody_are_no_people",
        "connectors/calendar/test_events.py::test_an_entry_is_an_event_of_the_calendars_space",
    ),
    "Google writes the time of the request into each entry": (
        "connectors/calendar/test_runs.py::test_a_calendar_that_is_stamped_anew_at_each_request_tells_nothing_new",
    ),
    "calendars on the web hold what is to come, or so many events": (
        "connectors/calendar/test_runs.py::test_a_calendar_of_what_is_to_come_does_not_take_away_the_past",
    ),
    "what vanished has to be found out": (
        "connectors/calendar/test_runs.py::test_what_vanished_is_gone",
        "connectors/calendar/test_runs.py::test_an_occurrence_that_is_excluded_later_is_gone",
    ),
    "the window moves on": (
        "connectors/calendar/test_runs.py::test_what_leaves_the_window_is_not_gone",
    ),
    "an event may change its calendar, or cannot be read any more": (
        "connectors/calendar/test_runs.py::test_an_event_that_changes_its_calendar_is_not_gone",
        "connectors/calendar/test_runs.py::test_an_entry_that_can_no_longer_be_read_is_not_gone",
    ),
    "a page, half a file or an empty folder comes in place of a calendar": (
        "connectors/calendar/test_runs.py::test_a_web_page_or_half_a_calendar_takes_nothing_away",
        "connectors/calendar/test_runs.py::test_a_file_that_cannot_be_read_takes_nothing_away",
        "connectors/calendar/test_runs.py::test_a_folder_that_became_empty_is_no_calendar_that_became_empty",
    ),
    "the address of a calendar may be its key": (
        "connectors/calendar/test_runs.py::test_a_refusal_says_which_address_to_take",
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_has_a_test_that_runs_everywhere(trap: str) -> None:
    assert unheld(TRAPS[trap]) == []
