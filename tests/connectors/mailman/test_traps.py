"""The traps of Mailman, HyperKitty and mail archives, and the tests that hold what avoids them.

Whoever removes or renames one of these tests says here what holds its trap instead.
"""

import pytest

from tests.connectors.traps import unheld

CORE = {
    "a page past the end, and an empty list, have no `entries`": (
        "connectors/mailman/test_payloads.py::test_a_page_without_rows_has_no_entries",
        "connectors/mailman/test_members.py::test_a_list_without_anybody_has_no_rows",
        "connectors/mailman/test_members.py::test_a_page_past_the_end_ends_a_roster",
    ),
    "nothing tells who left: only a roster that was read whole does": (
        "connectors/mailman/test_members.py::test_who_left_is_gone_when_the_roster_was_read_whole",
        "connectors/mailman/test_members.py::test_a_server_that_is_stopped_while_paging_ends_nobody",
        "connectors/mailman/test_members.py::test_a_row_that_cannot_be_read_is_a_reject_and_ends_nobody",
        "connectors/mailman/test_sync.py::test_a_server_that_stops_in_the_middle_ends_nobody",
        "connectors/mailman/test_sync.py::test_a_roster_that_lost_most_is_held",
    ),
    "who leaves while a roster is paged moves another one out of sight": (
        "connectors/mailman/test_members.py::test_somebody_passed_over_while_another_left_has_not_left",
        "connectors/mailman/test_members.py::test_one_leaves_and_one_comes_while_paging",
    ),
    "there is no date of a subscription; an address's is per address, not per list": (
        "connectors/mailman/test_members.py::test_at_first_who_is_there_joined_when_the_address_was_registered",
        "connectors/mailman/test_members.py::test_who_comes_later_was_first_seen_then",
        "connectors/mailman/test_members.py::test_an_address_that_was_registered_for_another_list_tells_nothing",
        "connectors/mailman/test_members.py::test_an_address_that_joined_between_two_runs_has_its_own_date",
    ),
    "dates of addresses cost a call each": (
        "connectors/mailman/test_members.py::test_addresses_are_asked_for_the_new_only",
    ),
    "members, owners and moderators are rosters of their own, one person may be in three": (
        "connectors/mailman/test_members.py::test_one_person_in_three_roles_is_one_member_with_the_highest",
        "connectors/mailman/test_sync.py::test_two_hundred_people_on_three_lists_and_who_comes_and_goes",
    ),
    "instants are UTC without saying so, and the year 1 is never": (
        "connectors/mailman/test_payloads.py::test_instants_without_a_zone_are_utc_and_the_year_one_is_never",
    ),
    "SQLAlchemy 2.1 lets every call for lists answer 500, without a description": (
        "connectors/mailman/test_members.py::test_500_to_every_call_for_lists_names_the_cause",
    ),
    "401 and 404 say little": (
        "connectors/mailman/test_members.py::test_a_wrong_password_is_one_line_with_the_next_step",
        "connectors/mailman/test_members.py::test_another_server_is_told_by_404",
    ),
    "the REST server listens on its own machine only": (
        "connectors/mailman/test_members.py::test_no_server_says_where_mailman_listens",
    ),
    "a ban is an address or a pattern, and takes nobody off a list": (
        "connectors/mailman/test_members.py::test_a_banned_member_is_marked_and_a_banned_stranger_is_nobody",
        "connectors/mailman/test_payloads.py::test_bans_are_addresses_in_any_case_or_patterns",
    ),
    "rosters do not tell to whom Mailman no longer delivers": (
        "connectors/mailman/test_members.py::test_whose_mail_bounces_is_bounced_when_mailman_stopped_delivering",
    ),
    "addresses hold signs that mean something in a path": (
        "connectors/mailman/test_members.py::test_addresses_with_signs_are_asked_for_rightly",
    ),
}
HYPERKITTY = {
    "the API masks addresses": (
        "connectors/mailman/test_archive.py::test_messages_have_their_senders_addresses_keys_and_threads",
    ),
    "only the export takes dates, and its end is not in it": (
        "connectors/mailman/test_payloads.py::test_windows_meet_without_a_gap_and_the_last_is_open",
        "connectors/mailman/test_archive.py::test_a_new_message_is_found_by_reading_two_months_again",
    ),
    "no call tells what is new": (
        "connectors/mailman/test_archive.py::test_an_unchanged_archive_is_asked_for_its_last_message_only",
        "connectors/mailman/test_archive.py::test_a_message_that_comes_late_with_an_old_date_is_found",
    ),
    "nor what was deleted": (
        "connectors/mailman/test_archive.py::test_a_message_that_was_deleted_is_gone",
    ),
    "an export is never twice the same": (
        "connectors/mailman/test_payloads.py::test_two_exports_of_the_same_messages_are_the_same",
        "connectors/mailman/test_archive.py::test_a_month_that_did_not_change_is_as_it_was",
    ),
    "an export may break off without a word": (
        "connectors/mailman/test_archive.py::test_an_export_that_breaks_off_is_a_reject_until_it_does_not",
        "connectors/mailman/test_payloads.py::test_an_export_that_ends_too_early_or_is_none_is_refused",
    ),
    "an export may be switched off": (
        "connectors/mailman/test_archive.py::test_an_archive_that_is_not_handed_out_says_what_to_set",
    ),
    "private archives need a session": (
        "connectors/mailman/test_archive.py::test_a_private_archive_wants_a_login_and_stops_no_other",
    ),
    "threads are ordered by when they were last active": (
        "connectors/mailman/test_archive.py::test_old_threads_are_asked_for_votes_in_the_first_run_only",
    ),
    "votes are with a single message only": (
        "connectors/mailman/test_archive.py::test_votes_are_reactions",
    ),
    "a message in HTML alone is an empty one with an attachment": (
        "connectors/mailman/test_archive.py::test_a_message_in_html_alone_keeps_its_text",
    ),
    "the import splits messages at prose, and the halves are from None": (
        "connectors/mailman/test_archive.py::test_what_the_import_took_for_a_message_has_no_sender_called_none",
    ),
    "senders' clocks are ahead": (
        "connectors/mailman/test_archive.py::test_a_message_dated_in_the_future_is_read_and_clamped",
    ),
    "a list without a message has no archive": (
        "connectors/mailman/test_sync.py::test_a_list_that_nobody_has_posted_to_has_no_archive",
    ),
    "a list is read in two ways": (
        "connectors/mailman/test_archive.py::test_read_both_ways_a_list_has_the_same_posts",
        "connectors/mailman/test_sync.py::test_members_and_posts_of_one_person_are_one_account_that_does_not_flap",
    ),
}
MAIL = {
    "prose that begins with From is no separator": (
        "connectors/mailarchive/test_reading.py::test_prose_that_starts_with_from_splits_nothing",
        "connectors/mailarchive/test_reading.py::test_lines_that_only_look_like_separators_are_counted",
    ),
    "archivers spell addresses, and scramble them beyond repair": (
        "connectors/mailarchive/test_addresses.py::test_senders_are_found_in_every_form",
        "connectors/mailarchive/test_addresses.py::test_a_scrambled_address_stays_beside_the_name",
        "connectors/mailarchive/test_addresses.py::test_a_doubtful_address_is_none",
    ),
    "pipermail scrubs HTML and attachments": (
        "connectors/mailarchive/test_message.py::test_what_mailman_scrubbed_is_counted_and_its_marks_taken_out",
    ),
    "answers to what was never archived are threads all the same": (
        "connectors/mailarchive/test_threading.py::test_the_nearest_reference_that_was_archived_is_the_parent",
        "connectors/mailarchive/test_threading.py::test_answers_to_one_lost_message_are_one_thread",
        "connectors/mailarchive/test_threading.py::test_without_references_the_subject_decides",
        "connectors/mailarchive/test_sync.py::test_a_new_file_joins_old_threads_without_reading_old_files",
    ),
    "ids repeat, and are missing": (
        "connectors/mailarchive/test_message.py::test_of_one_id_the_first_message_is_kept",
        "connectors/mailarchive/test_message.py::test_a_message_without_id_gets_a_key_of_its_own_content",
    ),
    "dates lack a zone or are impossible": (
        "connectors/mailarchive/test_message.py::test_dates_are_read_as_they_were_written",
        "connectors/mailarchive/test_message.py::test_a_date_before_the_list_was_created_is_moved_to_it",
        "connectors/mailarchive/test_message.py::test_an_impossible_date_gives_way_to_the_received_line",
    ),
    "texts say the wrong character set": (
        "connectors/mailarchive/test_message.py::test_bytes_become_text_by_declared_set_then_utf8_then_fallback",
    ),
    "tags are no part of a subject, quotes none of what was said": (
        "connectors/mailarchive/test_message.py::test_the_lists_tag_is_taken_out_of_titles",
        "connectors/mailarchive/test_message.py::test_only_the_senders_own_words_are_measured",
    ),
    "texts are private": (
        "connectors/mailarchive/test_message.py::test_bodies_can_be_left_out_or_shortened",
    ),
    "the current and the previous month of pipermail still grow": (
        "connectors/mailarchive/test_pipermail.py::test_only_the_current_and_the_previous_period_are_asked_for_again",
        "connectors/mailarchive/test_pipermail.py::test_a_server_without_validators_is_compared_by_content",
    ),
    "private pipermail archives want a login": (
        "connectors/mailarchive/test_pipermail.py::test_a_private_archive_is_read_with_a_login",
    ),
    "LISTSERV separates by 73 equal signs": (
        "connectors/mailarchive/test_notebooks.py::test_each_message_of_a_notebook_is_a_post",
        "connectors/mailarchive/test_notebooks.py::test_other_lines_of_equal_signs_separate_nothing",
    ),
    "LISTSERV's files have years of two figures": (
        "connectors/mailarchive/test_notebooks.py::test_names_of_notebooks_tell_their_time",
    ),
}


@pytest.mark.parametrize("trap", [*CORE, *HYPERKITTY, *MAIL])
def test_each_trap_has_tests_that_run_everywhere(trap):
    """They are there, none is left out, and none waits for files that not everybody has."""
    assert unheld((CORE | HYPERKITTY | MAIL)[trap]) == []
