"""The traps of tables in files, and the tests that fail when what avoids them is taken out.

Whoever removes or renames one of these tests says here what holds its trap instead.
"""

import pytest

from tests.connectors.traps import unheld

FILES, MAPPING = "connectors/files/test_files_", "connectors/mapping/test_mapping_"
TRAPS = {
    "packed files may unpack to more than the memory holds": (
        f"{FILES}books.py::test_a_bomb_is_refused_before_it_unpacks",
        f"{FILES}books.py::test_a_bomb_that_lies_about_its_size_is_refused_too",
        f"{FILES}books.py::test_a_bomb_is_never_in_memory_whole",
        f"{FILES}books.py::test_a_book_of_very_many_files_is_refused",
        f"{FILES}books.py::test_a_lone_cell_far_away_is_refused_before_the_memory_is_taken",
        f"{FILES}books.py::test_an_opendocument_workbook_that_repeats_cells_without_end_is_refused",
    ),
    "a file is not what its name says, or damaged": (
        f"{FILES}books.py::test_damage_of_any_kind_is_a_reject_and_never_an_end",
        f"{FILES}text.py::test_what_is_no_such_table_is_said_and_stops_no_other_file",
        f"{FILES}text.py::test_a_text_that_is_too_large_or_has_a_very_long_cell_is_as_the_settings_say",
    ),
    "nothing says the character set or the delimiter": (
        f"{FILES}text.py::test_character_set_and_delimiter_are_found_out",
        f"{FILES}text.py::test_letters_beyond_western_europe_are_guessed_from_the_text",
    ),
    "spreadsheets make numbers of ids and telephone numbers": (
        f"{FILES}text.py::test_ids_telephone_numbers_and_formulas_are_text",
    ),
    "headings stand above a table, totals below it": (
        f"{FILES}text.py::test_titles_are_found_under_headings_and_by_any_spelling",
        f"{FILES}text.py::test_totals_and_repeated_titles_are_left_out_and_said",
        f"{FILES}text.py::test_a_row_that_only_begins_like_a_total_is_a_row",
    ),
    "a date may be read in two ways": (
        f"{MAPPING}dates.py::test_a_date_that_can_be_read_in_two_ways_is_never_guessed",
        f"{MAPPING}records.py::test_a_date_that_no_row_decides_is_left_out_and_said_once",
        f"{MAPPING}records.py::test_an_event_with_an_unclear_start_is_a_reject",
    ),
    "the year 1 and zeros mean no date, zones of three letters several": (
        f"{MAPPING}dates.py::test_what_stands_for_no_date_is_none",
        f"{MAPPING}dates.py::test_what_is_no_date_is_refused",
    ),
    "telephone numbers are personal, wherever they stand": (
        f"{MAPPING}records.py::test_telephone_numbers_are_hashed_wherever_they_stand",
        f"{FILES}reports.py::test_a_report_of_a_telephone_conference_hashes_the_numbers",
    ),
    "the same file is imported again, under another name or exported anew": (
        f"{FILES}runs.py::test_a_second_run_opens_nothing_and_writes_nothing",
        f"{FILES}runs.py::test_a_renamed_copied_or_touched_file_tells_nothing_new",
        f"{FILES}runs.py::test_the_same_rows_exported_anew_change_nothing",
    ),
    "absence means leaving only where a list is whole and was understood": (
        f"{FILES}runs.py::test_nobody_leaves_by_a_missing_row_unless_the_list_is_whole",
        f"{FILES}runs.py::test_what_cannot_be_read_ends_nobody",
        f"{FILES}runs.py::test_who_is_on_a_row_that_is_wrong_elsewhere_has_not_left",
        f"{FILES}runs.py::test_a_list_that_lost_most_of_its_rows_is_held_until_somebody_agrees",
    ),
    "one person has several stays, with an address and without": (
        f"{MAPPING}records.py::test_several_stays_are_one_attendance",
        f"{MAPPING}records.py::test_who_came_without_an_address_is_nobody_else_of_that_name",
        f"{MAPPING}records.py::test_the_same_stay_twice_is_one_but_rows_without_times_are_each_one",
    ),
    "many are called Guest": (
        f"{MAPPING}records.py::test_names_that_many_share_are_somebody_else_at_each_event",
    ),
    "what ends before it begins is wrong somewhere": (
        f"{MAPPING}records.py::test_what_ends_before_it_begins_is_a_reject",
    ),
    "the address of a file may be its key": (f"{FILES}web.py::test_what_is_no_file_is_said",),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_has_a_test_that_runs_everywhere(trap: str) -> None:
    assert unheld(TRAPS[trap]) == []
