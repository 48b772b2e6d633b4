"""The traps of groups.io's API, and the tests that fail when what avoids them is taken out."""

import pytest

from tests.connectors.traps import unheld

HERE = "connectors/dgroups/"
TRAPS = {
    "0001-01-01 means never": (
        "test_values.py::test_the_year_one_is_no_date",
        "test_values.py::test_a_day_is_its_midnight_and_none_in_the_year_one",
        "test_payloads.py::test_an_event_may_have_days_for_instants",
    ),
    "instants have nine digits of a second": (
        "test_values.py::test_an_instant_has_nine_digits_and_an_offset",
    ),
    "a naive instant is not guessed": (
        "test_values.py::test_an_instant_without_a_zone_is_not_guessed",
    ),
    "errors come with HTTP 200 too": (
        "test_members.py::test_a_permission_that_is_lost_between_two_calls_ends_nobody",
        "test_checks.py::test_a_key_that_is_refused_is_said_so_whatever_the_status",
        "test_archive.py::test_an_error_in_place_of_an_archive_is_seen_whatever_its_status",
    ),
    "each type of error means something else": (
        "test_checks.py::test_each_error_of_the_vendor_has_its_meaning",
    ),
    "an answer may be another object than a list": (
        "test_checks.py::test_an_answer_that_is_another_object_is_no_empty_list",
    ),
    "a list of nothing has null for data": ("test_payloads.py::test_a_list_of_nothing_is_null",),
    "a list that was not read whole ends nobody": (
        "test_members.py::test_whoever_cannot_be_read_has_not_left",
        "test_members.py::test_a_group_that_cannot_be_read_among_the_others_has_not_gone",
        "test_walking.py::test_a_list_that_is_shorter_than_its_count_ends_nobody",
        "test_rest.py::test_a_file_that_cannot_be_read_ends_no_other",
        "test_rest.py::test_an_event_that_cannot_be_read_ends_no_other",
    ),
    "what the account may not see is no empty group": (
        "test_members.py::test_nobody_is_ended_in_a_group_whose_members_are_not_shown_any_more",
        "test_warehouse.py::test_nobody_is_ended_by_a_permission_that_was_lost",
        "test_warehouse.py::test_posts_stay_when_their_group_is_not_shown_any_more",
        "test_rest.py::test_what_is_not_shown_is_named_and_ends_nothing",
        "test_messages.py::test_a_group_whose_messages_are_not_shown_is_named_and_keeps_what_it_has",
    ),
    "missing permissions are named": (
        "test_checks.py::test_each_missing_permission_is_named_with_its_group_and_its_remedy",
        "test_archive.py::test_a_missing_permission_is_named_where_the_archive_was_asked_for",
    ),
    "permissions are read first, and what is not told is tried": (
        "test_members.py::test_a_permission_that_is_not_told_is_tried",
        "test_members.py::test_past_members_that_are_not_shown_take_nothing_else_away",
        "test_members.py::test_a_group_below_that_the_account_is_not_in_is_found_with_what_it_may_do_there",
        "test_members.py::test_who_is_in_a_group_below_without_joining_reads_what_is_open",
    ),
    "addresses are blank for those who may not see them": (
        "test_members.py::test_a_blank_address_leaves_the_known_one_alone",
    ),
    "a name may hold an address": ("test_values.py::test_a_name_holds_no_address",),
    "page tokens are positions, which shift": (
        "test_messages.py::test_a_deletion_between_two_pages_lets_no_message_be_passed_over",
        "test_messages.py::test_topics_that_come_between_two_pages_are_there_once",
        "test_walking.py::test_rows_that_come_twice_are_told_once",
        "test_walking.py::test_a_page_of_another_place_is_asked_for_again",
        "test_walking.py::test_a_list_that_is_short_once_is_walked_again",
        "test_members.py::test_somebody_who_comes_first_while_pages_are_read_takes_nobody_out",
    ),
    "a list ends by either of two signs, or never": (
        "test_walking.py::test_a_list_ends_where_either_sign_says_so",
        "test_walking.py::test_a_list_whose_next_page_is_no_further_is_an_error",
    ),
    "one request at a time, and five minutes after a 429 that says nothing": (
        "test_checks.py::test_the_pace_is_one_request_at_a_time_and_five_minutes_after_too_many",
        "test_checks.py::test_after_too_many_requests_the_run_waits_five_minutes_and_goes_on",
        "test_checks.py::test_too_much_is_waited_for_where_only_an_error_object_says_it",
        "test_checks.py::test_a_site_that_keeps_its_limits_never_refuses",
    ),
    "an archive may be had once a day": (
        "test_archive.py::test_an_archive_that_was_had_less_than_a_day_ago_is_left_to_the_api",
        "test_archive.py::test_an_archive_that_is_refused_with_429_is_left_to_the_api",
        "test_archive.py::test_a_group_that_only_its_archive_shows_is_read_once_a_day_from_its_last_number",
        "test_archive.py::test_a_group_that_the_api_shows_has_its_archive_read_once",
    ),
    "a message is in the archive and in the API": (
        "test_archive.py::test_archive_and_api_tell_the_same_posts_once",
        "test_archive.py::test_an_archive_alone_has_every_message_under_the_key_of_the_api",
    ),
    "old archives have no numbers": (
        "test_archive.py::test_messages_without_a_number_are_left_to_the_api",
        "test_archive.py::test_messages_without_a_number_are_there_once_when_the_api_shows_them_later",
    ),
    "headers of an archive differ, and an id may be the vendor's second": (
        "test_mbox.py::test_an_id_is_one_however_its_header_is_written",
        "test_mbox.py::test_an_answer_may_name_the_id_that_the_vendor_has_replaced",
        "test_mbox.py::test_a_message_that_names_its_own_first_id_answers_nobody",
    ),
    "posts from the web are from the group's own address": (
        "test_archive.py::test_a_post_from_the_web_is_nobodys_and_its_address_is_no_account",
        "test_archive.py::test_where_the_address_is_the_key_the_groups_own_is_nobodys",
        "test_archive.py::test_mail_from_the_groups_own_address_is_nobodys",
    ),
    "the sender's address may be in one of the site's": (
        "test_payloads.py::test_an_archives_sender_may_be_rewritten_by_the_site",
    ),
    "an archive tells no topics": (
        "test_archive.py::test_where_all_wrote_by_mail_the_list_of_topics_suffices",
        "test_adopting.py::test_a_topic_that_differs_is_asked_for",
        "test_adopting.py::test_two_conversations_that_began_together_are_asked_for",
        "test_adopting.py::test_a_conversation_of_which_an_author_is_not_known_is_asked_for",
    ),
    "an archive may be made to fill a disk": (
        "test_archive.py::test_an_archive_that_unpacks_to_too_much_is_refused",
        "test_archive.py::test_an_archive_that_is_larger_than_may_be_is_not_kept",
        "test_archive.py::test_what_is_no_zip_is_a_reject_and_the_api_is_read",
    ),
    "edits and deletions renumber nothing": (
        "test_messages.py::test_a_new_message_an_edit_and_a_deletion_come_with_the_next_run",
        "test_messages.py::test_a_topic_whose_first_message_is_deleted_is_the_thread_of_its_second",
        "test_messages.py::test_a_deleted_message_takes_its_files_along_and_no_others",
        "test_messages.py::test_topics_that_were_made_one_are_one_thread",
        "test_messages.py::test_a_topic_that_is_read_again_has_its_answers_in_order",
        "test_messages.py::test_a_topic_that_goes_while_it_is_read_is_gone",
        "test_messages.py::test_a_topic_that_could_not_be_read_when_it_was_new_is_found_later",
        "test_messages.py::test_a_topic_that_is_gone_takes_its_files_along",
        "test_messages.py::test_a_message_or_topic_that_cannot_be_read_ends_no_other",
    ),
    "a moderated message appears later than its date": (
        "test_messages.py::test_a_message_that_waited_for_a_moderator_is_not_missed",
        "test_messages.py::test_a_topic_is_in_the_order_of_dates_where_a_message_waited",
        "test_messages.py::test_new_topics_of_which_one_waited_long_are_all_told",
        "test_messages.py::test_a_first_read_goes_on_although_a_message_waited",
        "test_payloads.py::test_an_update_is_an_edit_unless_the_group_is_moderated",
    ),
    "likes change no date": (
        "test_messages.py::test_likes_of_the_last_weeks_are_read_once_a_day",
    ),
    "`reply_to` is a rule of the group and no message": (
        "test_messages.py::test_an_answer_answers_the_message_before_it_in_its_topic",
        "test_messages.py::test_a_topic_that_is_read_again_has_its_answers_in_order",
    ),
    "past members are told with people who never were in": (
        "test_members.py::test_an_expired_application_is_no_past_member",
        "test_members.py::test_who_never_was_in_is_no_past_member",
    ),
    "the date of a past member is that of leaving, and inside is that of joining": (
        "test_members.py::test_who_left_has_left_on_the_day_that_the_site_gives",
        "test_members.py::test_the_older_form_of_a_past_member_has_no_day_of_leaving",
        "test_members.py::test_a_past_member_left_on_the_day_of_the_entry_and_joined_on_that_inside",
        "test_members.py::test_who_left_twice_left_the_last_time",
    ),
    "who came back is among the past members too": (
        "test_members.py::test_who_comes_back_is_a_member_again",
    ),
    "a folder is told in two ways": ("test_payloads.py::test_a_folder_is_told_in_two_ways",),
    "addresses of files are signed for a time": (
        "test_payloads.py::test_the_address_of_a_file_does_not_change_with_its_signature",
        "test_payloads.py::test_the_address_of_an_attachment_does_not_change_with_its_signature",
    ),
    "fields come and go without notice": (
        "test_payloads.py::test_a_post_has_its_number_as_key_and_its_topics_first_as_thread",
        "test_payloads.py::test_one_bad_row_loses_no_other",
        "test_payloads.py::test_an_event_may_have_days_for_instants",
        "test_members.py::test_older_answers_call_the_number_of_members_otherwise",
        "test_rest.py::test_the_log_is_read_where_the_site_calls_it_by_its_other_name",
    ),
    "a date that comes again is one entry with one id": (
        "test_rest.py::test_each_date_of_an_entry_that_repeats_is_an_event_and_stays_one",
    ),
    "the plus in a group's name has a meaning in an address": (
        "test_members.py::test_the_pages_of_a_group_below_have_its_name_as_an_address_takes_it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_has_tests(trap: str):
    assert unheld(tuple(HERE + test for test in TRAPS[trap])) == []
