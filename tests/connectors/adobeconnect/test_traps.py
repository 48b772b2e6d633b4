"""The traps of Adobe Connect, and the tests that fail when what avoids them is taken out.

Whoever removes or renames one of these tests says here what holds its trap instead.
"""

import pytest

from tests.connectors.traps import unheld

HERE = "connectors/adobeconnect"
TRAPS = {
    "HTTP says 200 whatever happened": (
        "test_client.py::test_an_error_comes_with_http_200_and_is_told_by_its_status",
    ),
    "no-data after a login means a wrong password": (
        "test_client.py::test_a_wrong_password_is_said_to_be_one",
    ),
    "a password in an address stands in every log": (
        "test_client.py::test_the_password_is_in_no_address_and_no_log",
        "test_client.py::test_a_recording_holds_neither_password_nor_session",
    ),
    "a session dies when it is idle, without a word": (
        "test_client.py::test_a_session_that_died_is_begun_again_once",
        "test_client.py::test_a_site_that_forgets_its_logins_is_not_asked_for_ever",
    ),
    "without pages a large site answers too-much-data, or not at all": (
        "test_client.py::test_listings_are_always_asked_for_in_sorted_pages",
        "test_client.py::test_a_page_that_is_too_much_is_asked_for_in_halves",
    ),
    "nobody says from what number filter-start counts": (
        "test_client.py::test_pages_that_count_from_one_hold_every_row",
    ),
    "a server may take no notice of pages": (
        "test_odd_servers.py::test_a_server_that_takes_no_notice_of_pages_is_read_to_its_end",
    ),
    "a login may begin another session": (
        "test_odd_servers.py::"
        "test_a_server_that_begins_another_session_at_login_is_asked_with_that",
    ),
    "a listing by offset moves while it is read": (
        "test_odd_servers.py::test_a_listing_that_never_stands_still_is_left_for_the_next_run",
        "test_client.py::test_rows_that_move_up_while_a_listing_is_read_are_not_lost",
    ),
    "no pace is published": ("test_client.py::test_no_more_than_two_requests_are_under_way",),
    "XML from outside may hold a bomb, or name files of ours": (
        "test_answer.py::test_a_document_type_is_refused_before_anything_is_made_of_it",
    ),
    "missing data is an empty element or attribute, never an error": (
        "test_answer.py::test_an_empty_element_or_attribute_is_no_value",
        "test_answer.py::test_a_listing_with_nothing_in_it_has_no_rows",
    ),
    "duration is an attribute that is empty and an element that is not": (
        "test_answer.py::test_an_element_says_more_than_an_empty_attribute_of_its_name",
        "test_content.py::test_recordings_and_files_are_documents_of_their_room",
    ),
    "instants have thousandths and the site's own offset": (
        "test_answer.py::test_an_instant_keeps_its_thousandths_and_its_zone",
        "test_answer.py::test_what_is_no_instant_or_has_no_zone_is_not_guessed",
    ),
    "a page with a forbidden character is no XML as a whole": (
        "test_answer.py::test_characters_that_xml_forbids_cost_nobody_the_page",
    ),
    "rooms lie in folders of folders, which may hold one another": (
        "test_rooms.py::test_rooms_are_found_in_folders_of_folders",
        "test_rooms.py::test_folders_that_hold_one_another_are_walked_once",
    ),
    "a folder that is closed is no folder without rooms": (
        "test_rooms.py::test_a_closed_folder_stops_no_other_and_ends_nothing",
    ),
    "a room is permanent: what happens is a session": (
        "test_attendance.py::test_each_session_is_an_event_and_its_room_the_series",
    ),
    "permission is one for each room": (
        "test_attendance.py::test_a_room_that_is_closed_stops_no_other",
        "test_checks.py::test_a_closed_room_is_named_with_who_must_be_made_its_host",
    ),
    "attendance leaves hosts out": (
        "test_attendance.py::test_hosts_are_there_although_attendance_leaves_them_out",
        "test_attendance.py::test_hosts_are_those_of_the_session_whom_attendance_lacks",
    ),
    "bulk transactions leave guests out, so they are not what is read": (
        "test_attendance.py::test_a_guest_who_comes_back_with_another_id_is_one",
    ),
    "the summary of a room counts over all its sessions": (
        "test_attendance.py::test_the_number_of_a_session_is_its_own_and_the_peak_is_the_rooms",
    ),
    "a transcript's id may stand for two people": (
        "test_attendance.py::test_a_transcript_may_stand_for_two_people",
    ),
    "who comes back has another row": (
        "test_attendance.py::test_several_stays_of_one_person_are_one_row",
        "test_attendance.py::test_two_devices_at_once_are_not_twice_as_long",
    ),
    "no leave means still there, or lost": (
        "test_attendance.py::test_a_missing_leave_is_no_end",
        "test_attendance.py::test_minutes_are_those_of_all_stays_and_none_where_no_end_is_known",
        "test_attendance.py::test_a_session_that_goes_on_is_read_again_when_it_is_over",
        "test_attendance.py::test_a_session_that_lost_its_end_holds_nothing_up",
        "test_attendance.py::test_a_session_without_an_end_is_over_when_another_one_came_after_it",
    ),
    "a guest has no login and another id each time": (
        "test_attendance.py::test_who_has_no_login_is_a_guest_of_the_room_by_name",
        "test_attendance.py::test_who_has_neither_login_nor_name_is_still_somebody",
    ),
    "older servers do not name the session in attendance": (
        "test_attendance.py::test_a_server_that_does_not_name_the_session_is_understood_by_the_time",
    ),
    "principal-list also lists who is not in a group": (
        "test_rooms.py::test_those_who_are_not_in_a_group_are_listed_with_it_and_are_no_members",
    ),
    "there is no date of joining a group": (
        "test_rooms.py::test_groups_have_their_members_of_today",
    ),
    "a login need not be an address": (
        "test_rooms.py::test_a_login_that_is_no_address_gives_none",
        "test_attendance.py::test_a_login_of_who_attended_is_an_address_only_if_it_looks_like_one",
    ),
    "folders of hosts bear their logins": (
        "test_rooms.py::test_the_folders_of_hosts_bear_their_logins_and_are_not_kept",
    ),
    "an answer that is cut off is no end of a listing": (
        "test_client.py::test_a_broken_answer_is_no_empty_site",
        "test_attendance.py::test_a_room_that_gives_no_answer_is_left_for_the_next_run",
    ),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_has_tests_that_run_everywhere(trap: str) -> None:
    assert unheld(tuple(f"{HERE}/{name}" for name in TRAPS[trap])) == []
