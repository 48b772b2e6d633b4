"""The traps of CommunityCloud, and the tests that fail when what avoids them is taken out.

Whoever removes or renames one of these tests says here what holds its trap instead.
"""

import pytest

from tests.connectors.traps import unheld

HERE = "connectors/dgroupsarchive"
TRAPS = {
    "no live server has been asked": (
        "test_streams.py::test_it_says_that_no_live_server_was_asked",
    ),
    "v1 signs the operation in a form, v2 the path in headers": (
        "test_client.py::test_both_versions_are_signed_as_the_vendor_describes",
        "test_client.py::test_a_signature_is_lowercase_hex_of_sha1",
    ),
    "v2 signs the path only, not the query": (
        "test_client.py::test_the_query_of_a_call_is_not_signed",
    ),
    "signatures go by the server's clock, which may be off or jump": (
        "test_client.py::test_the_servers_clock_is_the_one_that_counts",
        "test_client.py::test_a_clock_that_jumped_is_read_once_more",
        "test_client.py::test_the_clock_is_read_anew_when_a_run_takes_long",
    ),
    "the API also writes": ("test_client.py::test_only_what_reads_is_called",),
    "the secret signs and must not be sent": (
        "test_client.py::test_the_secret_is_sent_nowhere_and_in_no_log",
    ),
    "of a row of list-members only the first 8 characters are documented": (
        "test_streams.py::test_only_the_beginning_of_a_row_is_known",
        "test_streams.py::test_a_row_that_begins_with_no_id_is_a_reject",
    ),
    "a GUID and an id of 8 characters both mean a member": (
        "test_streams.py::test_profiles_and_rows_are_joined_by_their_ids",
        "test_streams.py::test_a_profile_without_an_id_is_known_by_its_guid",
    ),
    "dates have two forms, and the year 1 means never": (
        "test_streams.py::test_every_form_of_a_date_is_the_same_instant",
        "test_streams.py::test_the_year_1_is_no_date",
    ),
    "there is no date of joining, and no role": (
        "test_streams.py::test_nothing_tells_since_when_somebody_is_a_member",
    ),
    "there is no cursor: who is not there any more has left": (
        "test_streams.py::test_members_are_a_snapshot_that_one_bad_profile_does_not_spoil",
    ),
    "what /messages answers is documented nowhere": (
        "test_streams.py::test_messages_are_not_read",
    ),
    "profiles hold hashes of passwords and telephone numbers": (
        "test_streams.py::test_password_hashes_and_telephones_are_not_taken",
    ),
    "Age and Duration have no documented unit": (
        "test_streams.py::test_age_has_no_known_unit_and_dates_nothing",
    ),
    "communities are a tree of paths": (
        "test_streams.py::test_communities_are_a_tree_with_their_numbers",
        "test_streams.py::test_a_subtree_is_found_by_its_activity",
    ),
    "what has two tags is in two lists": (
        "test_streams.py::test_what_bears_several_tags_is_one_document",
    ),
    "an empty list may be nothing at all": (
        "test_client.py::test_an_empty_answer_is_an_empty_list",
    ),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_has_tests_that_run_everywhere(trap: str) -> None:
    assert unheld(tuple(f"{HERE}/{name}" for name in TRAPS[trap])) == []
