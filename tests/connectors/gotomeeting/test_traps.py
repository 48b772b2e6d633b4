"""The traps of GoTo, and the tests that fail when what avoids them is taken out.

Whoever removes or renames one of these tests says here what holds its trap instead.
"""

import pytest

from tests.connectors.traps import unheld

HERE = "connectors/gotomeeting/"
TRAPS = {
    "a refresh answer may carry no refresh token: the old one stays good": (
        "test_login.py::test_an_answer_without_a_refresh_token_keeps_the_old_one",
    ),
    "a new refresh token is kept before the token beside it is used": (
        "test_login.py::test_a_kill_between_two_tokens_locks_nobody_out",
        "test_login.py::test_rotated_tokens_go_on_from_run_to_run",
        "test_login.py::test_two_runs_at_once_do_not_lock_each_other_out",
    ),
    "the token of the settings is only the first, until it is changed": (
        "test_login.py::test_a_changed_setting_replaces_what_is_kept",
        "test_login.py::test_a_setting_that_is_taken_out_leaves_what_is_kept",
    ),
    "a token ends after an hour, and threads that were refused together renew it once": (
        "test_login.py::test_a_token_is_renewed_before_it_ends",
        "test_login.py::test_threads_that_were_refused_together_renew_once",
    ),
    "the older sign-in at the API's host is closed": (
        "test_login.py::test_the_hosts_are_those_that_still_answer",
    ),
    "token answers do not tell the keys of organizer and account any more": (
        "test_meetings.py::test_who_is_no_administrator_reads_their_own_meetings",
        "test_checks.py::test_the_account_is_found_wherever_the_vendor_tells_it",
    ),
    "an ended token is told by 403 in one API and by 401 in the other": (
        "test_login.py::test_an_ended_token_is_renewed_once_whether_401_or_403_tells_it",
        "test_login.py::test_a_403_without_a_word_may_be_an_ended_token_too",
        "test_login.py::test_an_old_token_may_have_ended_where_a_permission_was_missing",
        "test_login.py::test_a_permission_that_is_missing_in_one_part_says_nothing_of_another",
    ),
    "a missing permission is 403 as well, and must not cost a token for each call": (
        "test_login.py::test_a_permission_that_is_missing_costs_one_token_and_not_one_for_each_call",
    ),
    "ten requests a second for each API, refused without a header": (
        "test_manners.py::test_ten_requests_a_second_are_not_passed",
        "test_manners.py::test_each_api_counts_by_itself",
    ),
    "the attendees of a meeting id are those of all its sessions": (
        "test_sessions.py::test_each_session_of_a_room_gets_its_own",
        "test_sessions.py::test_the_instance_key_counts_before_the_start",
        "test_sessions.py::test_a_meeting_that_broke_off_is_two_sessions",
        "test_sessions.py::test_rows_without_the_key_of_an_instance_go_by_their_own_starts",
        "test_sessions.py::test_a_row_that_tells_no_time_goes_with_the_others_of_its_instance",
        "test_sessions.py::test_who_came_early_is_of_the_session_that_began_then",
        "test_sessions.py::test_an_event_keeps_the_vendors_other_keys_and_number",
        "test_meetings.py::test_who_is_no_administrator_reads_their_own_meetings",
    ),
    "the start in a report is some minutes off, and only some": (
        "test_sessions.py::test_starts_may_differ_by_some_minutes_and_no_more",
    ),
    "email, firstName and lastName in an attendee's row are the organizer's": (
        "test_meetings.py::test_the_organizers_address_is_nobody_elses",
        "test_meetings.py::test_a_whole_read_holds_every_meeting_and_everyone_who_was_there",
    ),
    "one row for each join: a rejoin makes a second": (
        "test_stays.py::test_stays_are_one_first_join_last_leave_and_the_sum_of_minutes",
        "test_stays.py::test_two_devices_at_once_count_once",
        "test_stays.py::test_minutes_are_those_within_the_event",
        "test_stays.py::test_minutes_before_the_start_count_for_nothing",
        "test_stays.py::test_minutes_after_the_end_count_for_nothing",
        "test_meetings.py::test_a_whole_read_holds_every_meeting_and_everyone_who_was_there",
    ),
    "a leave may be missing": (
        "test_stays.py::test_a_leave_that_is_missing_is_what_the_vendor_counted_or_the_end",
        "test_stays.py::test_who_came_back_had_left_before",
        "test_stays.py::test_a_last_leave_that_is_missing_is_unknown",
        "test_meetings.py::test_a_lost_leave_has_no_time_and_lasts_as_long_as_was_counted",
    ),
    "duration is the meeting's in one report and the stay's in the others": (
        "test_sessions.py::test_the_duration_of_a_meeting_is_not_taken_for_that_of_a_stay",
        "test_meetings.py::test_by_meeting_a_lost_leave_is_not_the_meetings_length",
    ),
    "the longest window is not documented": (
        "test_meetings.py::test_windows_that_are_refused_are_halved_and_nothing_is_lost",
        "test_meetings.py::test_a_window_that_breaks_the_vendor_down_is_halved",
        "test_meetings.py::test_an_answer_that_does_not_come_in_time_is_too_much",
        "test_meetings.py::test_no_window_is_longer_than_a_month_and_attendees_are_asked_for_a_day_more",
        "test_meetings.py::test_halving_ends_at_a_day",
        "test_meetings.py::test_the_size_that_works_is_kept_so_that_not_every_window_is_refused",
    ),
    "instants are asked for in UTC, with a Z and no plus": (
        "test_manners.py::test_instants_are_asked_for_in_utc_with_a_z",
    ),
    "attendees are reported late": (
        "test_meetings.py::test_attendees_that_are_reported_a_day_late_are_read",
        "test_meetings.py::test_a_later_run_reads_the_last_two_days_again_and_no_more",
        "test_meetings.py::test_attendees_that_are_reported_late_are_read",
        "test_webinars.py::test_a_later_run_reads_what_is_new_and_late",
    ),
    "a group answers for 50 organizers at most, those of its subgroups among them": (
        "test_checks.py::test_a_group_of_more_than_fifty_is_asked_for_one_by_one",
        "test_checks.py::test_the_organizers_of_subgroups_count_too",
        "test_checks.py::test_a_group_that_is_refused_is_read_organizer_by_organizer",
    ),
    "numbers are texts, and truth is the word false": (
        "test_values.py::test_numbers_may_be_texts",
        "test_values.py::test_a_meeting_with_texts_for_numbers_and_truth_is_read",
    ),
    "dates have a dot and no fraction, or are empty": (
        "test_values.py::test_every_form_of_a_date_is_the_same_instant",
        "test_values.py::test_no_date_is_none",
    ),
    "keys have 64 bits and change their type from call to call": (
        "test_values.py::test_a_key_is_the_same_text_whichever_type_it_came_as",
        "test_webinars.py::test_a_registrant_is_known_by_the_key_whatever_address_the_report_shows",
    ),
    "an attendee has no key: an address, or a name at an organizer": (
        "test_sessions.py::test_without_an_address_the_name_at_this_organizer_is_who_it_was",
        "test_sessions.py::test_who_gave_neither_name_nor_address_is_a_reject",
    ),
    "attendees type what they like": (
        "test_sessions.py::test_names_of_devices_and_single_words_tell_little",
        "test_sessions.py::test_the_last_telling_name_is_the_accounts",
        "test_warehouse.py::test_accounts_of_organizers_keep_their_names",
    ),
    "subjects hold character references": ("test_meetings.py::test_a_subject_is_as_it_was_typed",),
    "webinars page from 0, and registrants have another envelope or none": (
        "test_webinars.py::test_pages_are_read_to_the_last_from_page_0",
        "test_webinars.py::test_a_listing_without_rows_has_no_envelope_for_them",
        "test_webinars.py::test_both_envelopes_of_registrants_are_read",
    ),
    "the listing of registrants leaves organisation, job title and country out": (
        "test_webinars.py::test_what_a_registrant_wrote_is_on_the_account",
        "test_webinars.py::test_a_person_is_asked_for_once_in_half_a_year",
    ),
    "who registered and did not come is in no report about attendance": (
        "test_webinars.py::test_everyone_who_registered_is_there_whether_they_came_or_not",
        "test_webinars.py::test_who_registered_twice_and_came_once_has_come",
        "test_webinars.py::test_an_attendance_that_is_counted_in_seconds_is_told_in_minutes",
    ),
    "a licence for webinars that is missing or has ended is 403": (
        "test_webinars.py::test_without_a_licence_nothing_is_read_and_meetings_are",
        "test_webinars.py::test_a_refusal_of_every_organizer_is_a_licence_that_is_missing",
        "test_webinars.py::test_a_licence_that_ends_leaves_the_cursor_where_it_was",
        "test_warehouse.py::test_a_sync_without_a_licence_for_webinars_is_done",
    ),
    "a planned meeting that was held would count twice": (
        "test_warehouse.py::test_a_planned_meeting_that_was_held_counts_once",
        "test_upcoming.py::test_what_is_planned_no_more_ends",
    ),
    "a planned meeting must not end because an answer could not be read": (
        "test_upcoming.py::test_nothing_ends_after_a_read_that_was_not_clean",
        "test_upcoming.py::test_no_webinar_ends_after_a_read_that_was_not_clean",
        "test_broken.py::test_what_is_planned_ends_for_those_alone_of_whom_goto_tells",
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_is_held(trap: str):
    assert unheld(tuple(HERE + name for name in TRAPS[trap])) == []
