"""The traps of feeds and of WordPress, and the tests that fail when what avoids them is taken out.

Whoever removes or renames one of these tests says here what holds its trap instead.
"""

import pytest

from tests.connectors.traps import unheld

TRAPS = {
    "a feed holds its latest entries only, so absence is no deletion": (
        "connectors/feed/test_feeds.py::test_an_entry_that_rolled_off_is_not_gone",
    ),
    "servers without validators send the whole feed each time": (
        "connectors/feed/test_feeds.py::test_a_feed_that_did_not_change_gives_nothing",
    ),
    "an entry may have no id": (
        "connectors/feed/test_feeds.py::test_an_entry_without_an_id_is_known_by_its_link_or_its_content",
    ),
    "all entries may carry one id": (
        "connectors/feed/test_feeds.py::test_an_id_that_all_entries_share_does_not_make_them_one",
    ),
    "an entry may come twice, and its link may change": (
        "connectors/feed/test_feeds.py::test_an_entry_that_comes_twice_is_one",
        "connectors/feed/test_feeds.py::test_a_link_that_changes_does_not_make_a_new_post",
    ),
    "a date may name no zone, or one that nobody agrees upon": (
        "connectors/feed/test_feeds.py::test_a_date_without_a_zone_is_in_the_zone_of_the_settings",
    ),
    "a date may be missing, impossible or the year 1": (
        "connectors/feed/test_feeds.py::test_an_entry_that_tells_only_when_it_was_updated_appeared_then",
        "connectors/feed/test_feeds.py::test_an_entry_without_a_date_appeared_when_it_was_first_seen",
    ),
    "links are relative to the feed or to a base of its own": (
        "connectors/feed/test_feeds.py::test_relative_links_start_from_where_the_feed_came_from",
    ),
    "programs write one address for every author": (
        "connectors/feed/test_feeds.py::test_an_address_that_every_author_has_is_nobodys",
    ),
    "the reader gives the address of one author to all": (
        "connectors/feed/test_feeds.py::test_of_several_authors_the_first_is_the_account",
    ),
    "entities fill any memory, and DOCTYPE alone is harmless": (
        "connectors/feed/test_feeds.py::test_a_feed_that_declares_entities_is_refused",
        "connectors/feed/test_feeds.py::test_a_doctype_without_entities_is_harmless",
    ),
    "the server and the file may name different character sets, or odd ones": (
        "connectors/feed/test_feeds.py::test_a_feed_may_be_in_any_character_set",
    ),
    "a feed may break off in an entry": (
        "connectors/feed/test_feeds.py::test_a_feed_that_breaks_off_loses_no_entry_and_invents_none",
    ),
    "an address may be a script, a size any number": (
        "connectors/feed/test_feeds.py::test_a_link_that_is_no_address_on_the_web_is_none",
        "connectors/feed/test_feeds.py::test_an_enclosure_is_there_once_and_its_size_is_believed_within_reason",
    ),
    "an answer may unpack to more than the memory holds": (
        "connectors/feed/test_feeds.py::test_what_is_too_large_or_cannot_be_unpacked_is_no_feed",
    ),
    "a page may name an API of another host": (
        "connectors/test_canaries.py::test_a_page_that_names_an_api_elsewhere_gets_no_login_sent_there",
    ),
    "a feed moves": (
        "connectors/feed/test_feeds.py::test_a_feed_that_moved_is_read_and_its_new_address_told",
    ),
    "a web page is given in place of a feed, or comes in its place": (
        "connectors/feed/test_feeds.py::test_a_web_page_in_place_of_a_feed_says_which_feeds_it_offers",
        "connectors/feed/test_feeds.py::test_a_web_page_where_there_was_a_feed_is_a_matter_of_time",
    ),
    "an address may be a key": (
        "connectors/feed/test_feeds.py::test_a_key_in_an_address_is_in_no_message",
    ),
    "WordPress refuses the page behind its last, and proxies drop its totals": (
        "connectors/feed/test_wordpress.py::test_a_site_that_hides_its_totals_is_still_read_whole",
    ),
    "WordPress's pages move up when something is taken away": (
        "connectors/feed/test_wordpress.py::test_a_post_that_is_taken_away_during_the_read_hides_no_other",
    ),
    "a scheduled post and an approved comment are dated before they are shown": (
        "connectors/feed/test_wordpress.py::test_what_is_shown_late_is_read_although_it_is_dated_early",
    ),
    "WordPress does not say what was taken away": (
        "connectors/feed/test_wordpress.py::test_a_post_that_was_taken_away_is_gone",
    ),
    "sites hide their users, their comments or their whole API": (
        "connectors/feed/test_wordpress.py::test_authors_that_a_site_hides_are_known_by_number",
        "connectors/feed/test_wordpress.py::test_comments_that_are_closed_stop_no_posts",
        "connectors/feed/test_wordpress.py::test_a_closed_api_says_what_to_do",
    ),
    "without permalinks the API is behind a parameter": (
        "connectors/feed/test_wordpress.py::test_a_site_without_permalinks_has_its_api_behind_a_parameter",
    ),
    "WordPress writes a row of zeros for no date": (
        "connectors/feed/test_wordpress.py::test_dates_that_are_not_set_are_not_dates",
    ),
    "what stands in place of a protected text is no text": (
        "connectors/feed/test_wordpress.py::test_a_text_behind_a_password_is_not_kept",
    ),
    "plugins write a byte order mark before JSON, firewalls answer pages with 200": (
        "connectors/feed/test_wordpress.py::test_a_mark_before_the_json_is_passed_over",
        "connectors/feed/test_wordpress.py::test_a_page_of_a_firewall_is_no_answer",
    ),
    "a post comes by the feed and by the API": (
        "connectors/feed/test_wordpress.py::test_a_post_is_one_by_the_feed_and_by_the_api",
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_has_a_test_that_runs_everywhere(trap: str) -> None:
    assert unheld(TRAPS[trap]) == []
