"""The traps of Microsoft's services, and the tests that fail when what avoids them is taken out.

Whoever removes or renames one of these tests says here what holds its trap instead.
"""

import pytest

from tests.connectors.traps import unheld

DATES_AND_VALUES = {
    "SharePoint writes one site's dates with Z, with an offset and bare, which is its own time": (
        "connectors/sharepoint/test_finding_sites.py::test_a_bare_date_is_in_the_zone_that_the_site_says",
        "connectors/sharepoint/test_finding_sites.py::test_dates_of_rows_are_one_instant_in_all_three_forms",
    ),
    "the year 1 means never, so a page was not published then": (
        "connectors/sharepoint/test_page_rows.py::test_what_was_never_published_has_no_date_and_no_text",
    ),
    "a site's number of its time zone may be one that nobody knows": (
        "connectors/sharepoint/test_finding_sites.py::test_a_zone_that_cannot_be_known_is_not_guessed",
    ),
    "Yammer's dates have several forms, some of them without a zone": (
        "connectors/yammer/test_posts.py::test_every_form_of_a_date_is_the_same_instant",
        "connectors/yammer/test_posts.py::test_a_date_without_a_zone_is_utc_and_said_to_be_assumed",
    ),
    "the size of a file is a number or text": (
        "connectors/sharepoint/test_row_shapes.py::test_the_length_of_a_file_comes_as_a_number_or_as_text",
    ),
    "Yammer writes some booleans as text": (
        "connectors/yammer/test_message_payloads.py::test_flags_may_be_texts",
    ),
    "Yammer's ids outgrew 32 bits": (
        "connectors/yammer/test_messages.py::test_a_whole_read_holds_every_message_of_the_groups_and_no_private_one",
    ),
    "Graph leaves empty columns out": (
        "connectors/sharepoint/test_row_shapes.py::test_a_column_that_graph_leaves_out_is_null",
    ),
    "Graph may leave all columns out where a link forgot that they were asked for": (
        "connectors/sharepoint/test_graph_way.py::test_items_that_come_without_their_columns_are_asked_for",
    ),
    "person columns of Graph are numbers that mean something on the site only": (
        "connectors/sharepoint/test_row_shapes.py::test_a_person_column_of_graph_gives_an_id_only_or_a_list",
    ),
}
NAMES_AND_IDS = {
    "an item's id is one of its list only": (
        "connectors/sharepoint/test_following.py::test_a_first_read_has_every_file_of_every_library",
    ),
    "a user's id is one of its site only": (
        "connectors/sharepoint/test_members.py::test_a_user_id_is_somebody_else_on_another_site",
    ),
    "the system account is a user of every site, and apps write items": (
        "connectors/sharepoint/test_people.py::test_an_app_and_the_system_account_are_services",
        "connectors/sharepoint/test_members.py::test_apps_and_the_system_account_are_services_and_no_members",
    ),
    "an item may have no author": (
        "connectors/sharepoint/test_row_shapes.py::test_a_date_with_an_offset_is_the_same_instant_as_one_in_utc",
        "connectors/sharepoint/test_message_rows.py::test_a_message_that_an_app_wrote_may_have_no_author",
    ),
    "internal names of columns are encoded, and stay when the title changes": (
        "connectors/sharepoint/test_columns.py::test_a_column_is_found",
        "connectors/sharepoint/test_mapped_lists.py::test_a_column_that_is_renamed_is_still_found_by_its_internal_name",
    ),
    "the REST API has another name for columns that begin with a line": (
        "connectors/sharepoint/test_row_shapes.py::test_a_column_whose_name_begins_with_a_line_is_found_by_its_internal_name",
    ),
    "a site keeps users whom the directory has deleted": (
        "connectors/sharepoint/test_members.py::test_who_was_deleted_from_the_directory_is_no_member_though_the_site_keeps_them",
    ),
    "the users of a site are all who were ever resolved there, not its members": (
        "connectors/sharepoint/test_members.py::test_who_is_only_known_to_a_site_has_an_account_and_no_membership",
    ),
    "who is renamed has another login name, and the same directory id": (
        "connectors/sharepoint/test_members.py::test_a_renamed_login_is_the_same_account",
    ),
    "the directory id of a site's user comes only when it is named": (
        "connectors/sharepoint/test_members.py::test_a_whole_read_holds_everyone_with_their_role",
    ),
    "a member of a site group may be a whole directory group": (
        "connectors/sharepoint/test_members.py::test_a_directory_group_is_read_with_the_groups_in_it",
    ),
    "the address of a guest is hidden in the user name": (
        "connectors/microsoft/test_directory.py::test_a_guests_own_address_is_in_the_upn_before_ext",
    ),
    "a community's id in Graph hides Yammer's, without its padding": (
        "connectors/yammer/test_groups.py::test_the_id_in_a_communitys_id_is_yammers_with_and_without_padding",
        "connectors/yammer/test_groups.py::test_both_ways_make_one_space_with_what_each_knows",
    ),
}
PAGING = {
    "a next link must be followed to the letter": (
        "connectors/microsoft/test_graph.py::test_pages_follow_the_link_as_it_was_written",
        "connectors/sharepoint/test_following.py::test_a_refusal_of_the_second_page_repeats_that_page_alone",
    ),
    "a next link may lead the token to another host": (
        "connectors/microsoft/test_graph.py::test_a_link_to_another_host_gets_no_token",
        "connectors/sharepoint/test_following.py::test_a_next_link_to_another_host_is_refused",
        "connectors/sharepoint/test_pages.py::test_a_listing_neither_leaves_the_host_nor_goes_on_without_end",
        "connectors/microsoft/test_entra.py::test_a_session_sends_the_token_to_no_other_host",
        "http/test_face.py::test_a_link_that_a_vendors_client_follows_by_itself_goes_without_credentials",
    ),
    "next links may go on without end": (
        "connectors/microsoft/test_graph.py::test_a_link_that_comes_twice_ends_the_listing_as_unfinished",
        "connectors/sharepoint/test_graph_way.py::test_a_next_link_that_comes_again_or_leaves_the_host_ends_the_listing",
        "connectors/sharepoint/test_pages.py::test_a_listing_neither_leaves_the_host_nor_goes_on_without_end",
    ),
    "what a listing does not understand gives its first page again": (
        "connectors/sharepoint/test_following.py::test_a_listing_that_gives_a_page_again_ends",
    ),
    "a token of one's own for a page counts only if its inner signs are encoded": (
        "connectors/sharepoint/test_filters.py::test_the_own_signs_of_a_hand_made_skiptoken_are_encoded",
        "connectors/sharepoint/test_following.py::test_a_read_that_was_cut_off_goes_on_by_id",
    ),
    "above 5,000 rows a list is sorted by id or not at all, and a folder is not listed": (
        "connectors/sharepoint/test_following.py::test_a_folder_of_more_files_than_sharepoint_lists_is_read",
    ),
    "one query joins twelve other tables": (
        "connectors/sharepoint/test_mapped_lists.py::test_more_columns_of_people_than_one_query_may_have_are_refused",
    ),
    "a query has no more than 2,048 characters": (
        "connectors/sharepoint/test_following.py::test_more_changes_than_one_answer_holds_are_all_followed",
    ),
    "a listing that begins anew after a refusal gives its first rows twice": (
        "connectors/sharepoint/test_following.py::test_a_refusal_of_the_second_page_repeats_that_page_alone",
        "connectors/microsoft/test_graph.py::test_a_passing_failure_in_mid_listing_repeats_the_page_and_no_row",
    ),
    "Yammer says that there are no older messages while there are": (
        "connectors/yammer/test_messages.py::test_the_feed_is_walked_to_an_empty_page_whatever_it_says_of_older_ones",
    ),
    "Yammer says that a list of people has ended while it has not": (
        "connectors/yammer/test_members.py::test_a_list_that_says_too_early_that_it_ends_is_read_on",
    ),
    "Yammer gives 20 messages and 50 groups to who does not go on": (
        "connectors/yammer/test_manners.py::test_pages_of_messages_are_as_large_as_the_vendor_gives",
        "connectors/yammer/test_groups.py::test_more_groups_than_a_page_holds_are_all_listed",
    ),
    "members that are expanded with their group are the first few": (
        "connectors/microsoft/test_directory.py::test_members_of_a_community_are_read_by_the_thousand",
    ),
    "comments are not with their row, and come with some of their replies and likes": (
        "connectors/sharepoint/test_pages.py::test_comments_replies_and_likes_are_the_sites_own",
        "connectors/sharepoint/test_pages.py::test_what_does_not_come_with_a_comment_is_asked_for",
    ),
}
CHANGES = {
    "what changes while a list is read is after the token that was taken before": (
        "connectors/sharepoint/test_following.py::test_what_is_edited_while_the_list_is_read_comes_with_the_next_run",
    ),
    "one answer of the change log is not all of it": (
        "connectors/sharepoint/test_following.py::test_more_changes_than_one_answer_holds_are_all_followed",
        "connectors/sharepoint/test_following.py::test_a_vendor_that_grants_fewer_changes_than_were_asked_for_has_more_to_tell",
        "connectors/sharepoint/test_members.py::test_all_of_the_log_is_read_for_the_days_of_joins",
    ),
    "the log tells what was touched, not what it is now": (
        "connectors/sharepoint/test_following.py::test_a_later_run_asks_for_what_changed_and_nothing_else",
        "connectors/sharepoint/test_filters.py::test_every_id_is_asked_for_within_the_length_of_a_query_and_a_page",
    ),
    "a row may be in the log several times": (
        "connectors/sharepoint/test_following.py::test_of_all_that_happened_to_a_row_the_last_counts",
    ),
    "the log is the only trace of when somebody joined a site": (
        "connectors/sharepoint/test_members.py::test_a_join_that_the_change_log_tells_is_dated",
    ),
    "the log does not name the rows below a folder that moved": (
        "connectors/sharepoint/test_following.py::test_a_folder_that_is_renamed_or_deleted_takes_what_is_in_it_along",
    ),
    "the log is kept for 60 days, and must not be asked to pass over the gap": (
        "connectors/sharepoint/test_following.py::test_an_expired_token_reads_that_site_anew_and_ends_what_is_gone_there",
        "connectors/sharepoint/test_following.py::test_an_old_token_is_told_from_a_fault_by_either_status",
    ),
    "a site may want a form digest for a question": (
        "connectors/sharepoint/test_following.py::test_a_site_that_wants_a_form_digest_for_its_log_gets_one",
    ),
    "only a whole delta link leads on": (
        "connectors/sharepoint/test_graph_way.py::test_a_later_run_asks_for_the_delta_alone",
        "connectors/microsoft/test_graph.py::test_a_delta_link_of_an_earlier_run_is_followed_whole",
    ),
    "an item of a delta may come again": (
        "connectors/sharepoint/test_graph_way.py::test_an_item_that_comes_again_is_as_it_came_last",
    ),
    "a forgotten delta says where to start over, and whether what is missing is gone": (
        "connectors/microsoft/test_graph.py::test_a_forgotten_delta_link_says_where_to_start_over",
        "connectors/sharepoint/test_graph_way.py::test_a_delta_that_is_forgotten_is_read_anew",
    ),
    "the changes of one directory group are spread over pages": (
        "connectors/yammer/test_members.py::test_a_group_that_a_delta_spreads_over_pages_is_put_together",
    ),
    "a delta of the directory lives seven days": (
        "connectors/yammer/test_members.py::test_a_delta_link_lives_seven_days_and_then_the_groups_are_read_whole",
    ),
    "the token of directory groups has another name than that of lists": (
        "connectors/yammer/test_manners.py::test_changes_are_followed_from_now_and_not_from_everybody_on",
    ),
    "owners are listed apart, and need not be members": (
        "connectors/microsoft/test_directory.py::test_owners_are_listed_apart_even_who_is_no_member",
        "connectors/yammer/test_members.py::test_graph_alone_knows_members_owners_and_guests_by_directory_id",
    ),
}
YAMMER = {
    "the feed leaves out replies of busy threads": (
        "connectors/yammer/test_messages.py::test_busy_threads_are_completed_and_no_other_is_asked_for",
        "connectors/yammer/test_messages.py::test_an_answer_in_an_old_busy_thread_is_found_at_once",
    ),
    "the feed runs newest first, so a walk that was cut off leaves a hole": (
        "connectors/yammer/test_messages.py::test_nothing_moves_until_a_walk_has_ended",
        "connectors/yammer/test_messages.py::test_a_run_killed_anywhere_leaves_no_hole",
    ),
    "edits and deletions are not among what is new": (
        "connectors/yammer/test_messages.py::test_edits_deletions_and_likes_are_seen_when_a_thread_is_read_again",
        "connectors/yammer/test_messages.py::test_an_answer_that_was_deleted_from_a_busy_thread_is_gone",
    ),
    "a private community is closed to who is not in it": (
        "connectors/yammer/test_messages.py::test_a_closed_group_is_named_and_asked_again_a_day_later",
        "connectors/yammer/test_manners.py::test_nobodys_view_is_widened",
    ),
    "what a message answers is often the first of its thread": (
        "connectors/yammer/test_messages.py::test_a_whole_read_holds_every_message_of_the_groups_and_no_private_one",
    ),
    "of those who like a message some are named": (
        "connectors/yammer/test_likes.py::test_nobody_has_taken_a_like_back_because_they_are_not_named",
    ),
    "whoever overruns one window is refused everywhere, and not told for how long": (
        "connectors/yammer/test_manners.py::test_the_published_windows_are_kept",
        "connectors/yammer/test_messages.py::test_a_refusal_without_a_word_waits_out_the_window",
    ),
    "an export that was answered 200 may be incomplete": (
        "connectors/yammer/test_export_calls.py::test_a_200_with_errors_in_its_log_is_not_taken_as_done",
        "connectors/yammer/test_exportfile.py::test_the_log_tells_what_went_wrong_and_a_good_one_tells_nothing",
    ),
    "a busy network is too much for an export of a week": (
        "connectors/yammer/test_export_calls.py::test_windows_are_of_a_day_after_a_busy_week",
        "connectors/yammer/test_export_calls.py::test_a_stream_that_breaks_off_is_asked_for_in_smaller_pieces",
    ),
    "the ends of an export's window must be encoded": (
        "connectors/yammer/test_export_calls.py::test_windows_overlap_by_an_hour_and_their_ends_are_encoded",
    ),
    "external networks are folders of an export, and nobody wrote down its columns' order": (
        "connectors/yammer/test_exportfile.py::test_rows_are_read_by_the_names_of_columns_and_external_networks_are_folders",
    ),
    "one state of an export means pending, suspended or deleted": (
        "connectors/yammer/test_export_files.py::test_soft_delete_is_told_apart_by_its_dates",
    ),
    "edits are in another file of an export, and deleted messages are still in it": (
        "connectors/yammer/test_export_files.py::test_edits_are_dated_and_what_was_deleted_has_no_text",
    ),
    "private conversations are in an export": (
        "connectors/yammer/test_export_files.py::test_private_conversations_are_never_stored_not_even_as_rejects",
    ),
    "attachments of an export are files, and previews of links": (
        "connectors/yammer/test_export_files.py::test_attachments_count_files_and_no_previews",
    ),
    "people of an export and of the directory share an id that survives addresses": (
        "connectors/yammer/test_members.py::test_the_directory_id_in_an_export_joins_whom_no_address_does",
    ),
}
LISTS_AND_REPORTS = {
    "topics and replies of a discussion board come mixed": (
        "connectors/sharepoint/test_discussions.py::test_topics_and_replies_are_threads",
    ),
    "a recurring event is one row": (
        "connectors/sharepoint/test_events.py::test_a_weekly_call_stays_at_its_hour_when_the_clocks_change",
    ),
    "the only dated likes are those of SharePoint": (
        "connectors/sharepoint/test_pages.py::test_a_like_is_dated",
        "connectors/sharepoint/test_discussions.py::test_likes_are_dated_and_the_boards_own",
    ),
    "a report lies at an address that must not get the token": (
        "connectors/microsoft/test_reports.py::test_the_address_that_a_report_lies_at_gets_no_token",
    ),
    "a report begins with a mark, or not": (
        "connectors/microsoft/test_reports.py::test_a_byte_order_mark_is_there_or_not",
    ),
    "an empty number of a report was not measured, which is no zero": (
        "connectors/yammer/test_usage.py::test_what_was_not_measured_is_no_zero",
    ),
    "a report is of a day before, and some of its numbers are of the week up to it": (
        "connectors/sharepoint/test_usage.py::test_the_report_gives_storage_of_a_day_and_views_of_a_week",
        "connectors/yammer/test_usage.py::test_activity_comes_by_single_days_each_once",
    ),
    "a tenant conceals names in reports unless told otherwise": (
        "connectors/microsoft/test_reports.py::test_hashed_names_are_refused_and_the_switch_is_named",
        "connectors/microsoft/test_reports.py::test_a_group_without_an_id_is_concealed_as_well",
        "connectors/sharepoint/test_usage.py::test_concealed_names_are_told_once_and_never_guessed",
        "connectors/yammer/test_usage.py::test_concealed_names_are_not_guessed",
    ),
    "a report of communities has names for ids, and two may have one name": (
        "connectors/yammer/test_usage.py::test_a_name_that_two_communities_have_joins_neither",
        "connectors/yammer/test_usage.py::test_a_name_that_an_unknown_group_shares_joins_nothing",
    ),
    "single days of a site are told for 90 days": (
        "connectors/sharepoint/test_usage.py::test_every_day_of_the_last_89_is_there_once",
    ),
}
SIGN_IN_AND_PACE = {
    "two headers ask for a wait, and the greater one counts": (
        "http/test_transport.py::test_retry_after_is_waited_for_in_full",
        "http/test_transport.py::test_the_greater_of_retry_after_and_ratelimit_reset_is_waited",
    ),
    "traffic without a name is slowed down first": (
        "connectors/microsoft/test_graph.py::test_every_request_names_itself_as_microsoft_asks",
        "connectors/sharepoint/test_following.py::test_no_form_digest_is_asked_for_reading_and_each_request_names_itself",
    ),
    "the vendor's client does not try again, or waits as it likes": (
        "connectors/sharepoint/test_finding_sites.py::test_the_vendors_client_waits_and_asks_again_as_all_do",
    ),
    "the vendor's client asks for a form digest before each read": (
        "connectors/sharepoint/test_following.py::test_no_form_digest_is_asked_for_reading_and_each_request_names_itself",
        "connectors/sharepoint/test_upload.py::test_a_form_digest_is_fetched_where_it_is_wanted",
    ),
    "a token ends in mid-run": (
        "connectors/microsoft/test_entra.py::test_a_token_that_is_refused_in_mid_run_is_renewed_once",
        "connectors/microsoft/test_entra.py::test_a_second_refusal_ends_in_one_line",
        "connectors/microsoft/test_entra.py::test_vendors_own_clients_get_a_session_that_renews_as_well",
    ),
    "the vendor's client keeps no token, and renews one too late": (
        "connectors/microsoft/test_entra.py::test_one_token_serves_a_run_and_each_resource_has_its_own",
        "connectors/microsoft/test_entra.py::test_a_token_is_renewed_before_its_end",
    ),
    "SharePoint refuses an app that signs in by secret": (
        "connectors/microsoft/test_entra.py::test_sharepoint_refuses_an_app_with_a_secret_and_the_way_out_is_named",
    ),
}
TRAPS = {
    **DATES_AND_VALUES,
    **NAMES_AND_IDS,
    **PAGING,
    **CHANGES,
    **YAMMER,
    **LISTS_AND_REPORTS,
    **SIGN_IN_AND_PACE,
}


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_has_a_test_that_runs_everywhere(trap: str) -> None:
    """It is there, is not left out, and does not wait for files that only some machines have."""
    assert unheld(TRAPS[trap]) == []
