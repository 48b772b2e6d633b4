"""The traps of Singer taps, and the tests that fail when what avoids them is taken out.

Whoever removes or renames one of these tests says here what holds its trap instead.
"""

import pytest

from tests.connectors.traps import unheld

TRAPS = {
    "a state may come before the first record, and records after the last": (
        "connectors/singer/test_messages.py::test_a_checkpoint_comes_only_after_the_records_of_its_state",
    ),
    "a state is the tap's own and nobody else's": (
        "connectors/singer/test_messages.py::test_the_tap_gets_its_state_back_as_it_was",
        "connectors/singer/test_messages.py::test_a_cursor_of_somebody_else_means_to_read_all",
    ),
    "a record may come before its schema, or not fit it": (
        "connectors/singer/test_messages.py::test_a_record_before_its_schema_is_refused",
        "connectors/singer/test_messages.py::test_a_value_that_does_not_fit_the_schema_is_refused",
        "connectors/singer/test_messages.py::test_types_are_those_of_json_schema",
    ),
    "taps print into their output": (
        "connectors/singer/test_messages.py::test_a_line_that_is_no_message_is_told",
    ),
    "BATCH stands for records in files": (
        "connectors/singer/test_messages.py::test_batches_are_refused_with_what_to_do",
    ),
    "a row may be marked as deleted": (
        "connectors/singer/test_messages.py::test_a_row_that_was_deleted_is_gone",
    ),
    "a version is activated at the start, at the end, and again and again": (
        "connectors/singer/test_messages.py::test_a_new_version_of_a_table_ends_who_is_not_in_it",
    ),
    "a run after a failure gives the rest of a table": (
        "connectors/singer/test_messages.py::test_a_run_that_goes_on_after_a_failure_ends_nobody",
    ),
    "a table with a row that was not understood is not whole": (
        "connectors/singer/test_messages.py::test_who_is_absent_has_left_where_the_settings_say_that_all_are_given",
    ),
    "a row comes again when it changes": (
        "connectors/singer/test_messages.py::test_of_two_rows_with_one_key_the_last_counts",
    ),
    "stays of one person are spread over a run": (
        "connectors/singer/test_messages.py::test_stays_are_added_up_before_anything_is_kept",
    ),
    "a mapping changes while the state says that all is read": (
        "connectors/singer/test_messages.py::test_another_mapping_means_to_read_all",
    ),
    "taps fail in the middle": (
        "connectors/singer/test_messages.py::test_a_tap_that_fails_keeps_what_it_had_finished",
    ),
    "taps hang, and leave children behind": (
        "connectors/singer/test_process.py::test_a_tap_that_hangs_is_ended_with_all_that_it_started",
    ),
    "configurations hold secrets, and taps repeat them": (
        "connectors/singer/test_process.py::test_its_config_is_for_it_alone_and_gone_afterwards",
        "connectors/singer/test_process.py::test_its_files_are_gone_when_it_fails_or_is_not_read_to_its_end",
        "connectors/singer/test_process.py::test_nothing_of_it_is_left_when_cophub_is_killed",
        "connectors/singer/test_process.py::test_what_it_says_is_in_the_log_without_secrets",
        "connectors/singer/test_process.py::test_what_comes_from_the_environment_is_a_secret_whatever_it_is_called",
    ),
    "the environment holds the keys of other sources": (
        "connectors/singer/test_process.py::test_it_is_not_given_the_keys_of_other_sources",
    ),
    "a command may hold what a shell would carry out": (
        "connectors/singer/test_process.py::test_no_shell_reads_the_command",
    ),
    "taps look for what is selected in two places": (
        "connectors/singer/test_process.py::test_the_mapped_streams_are_selected_and_no_others",
    ),
    "a tap is not installed where cophub is": (
        "connectors/singer/test_process.py::test_a_program_that_is_not_there_is_named_with_the_next_step",
        "connectors/singer/test_process.py::test_a_program_is_found_in_the_environment_of_the_settings",
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_has_a_test_that_runs_everywhere(trap: str) -> None:
    assert unheld(TRAPS[trap]) == []
