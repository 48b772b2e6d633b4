"""Every promise by its name, and what an author looks at when it breaks."""

PROMISES: dict[str, str] = {
    "alike": "two runs over the same answers yield the same",
    "keys": "a key is never empty, and one key is never given to two things",
    "instants": "every instant has a zone, every value fits its column",
    "declared": "nothing comes but the records that the stream says it yields",
    "hosts": "no host is asked that neither a setting nor an answer names",
    "cursors": "cursors move forward",
    "resume": "a run may go on from every checkpoint, and ends with the same rows",
    "onward": "a run from the last checkpoint does not read everything again",
    "future": "a cursor from the future asks for nothing",
    "duplicated": "an item that comes twice changes nothing",
    "reordered": "items in another order change nothing",
    "cut": "an answer that is cut off changes nothing",
    "repeated": "a page that is sent in place of the next one changes nothing",
    "429": "429 in mid-run is waited out, or ends the run cleanly",
    "500": "500 in mid-run is tried again, or ends the run cleanly",
    "401": "401 in mid-run ends the run cleanly, or is signed in to again",
    "bad item": "a bad item is a reject, and only that item is missing",
    "secrets": "no secret is in any record, error or log line",
    "departures": "nobody is said to have left but by a whole, undisturbed snapshot",
    "check": "check says ok of what can be read, and failed where everything is refused",
    "discover": "discover gives each space once, with a key, and twice the same",
}

OF_CONNECTOR = ("check", "discover")
"""Promises of the connector as a whole."""

OF_STREAM = tuple(name for name in PROMISES if name not in OF_CONNECTOR)
"""Promises of each stream."""

ADVICE: dict[str, str] = {
    "alike": "clocks, random numbers, sets that are listed, and what is kept between runs;"
    " use ctx.now for the time",
    "keys": "which of the vendor's fields is unique; put two fields together where none is",
    "instants": "how the vendor writes its times; one without a zone needs the vendor's own",
    "declared": "yields=(...) of the Stream",
    "hosts": "addresses written into the code; add a setting base_url and begin them with it",
    "cursors": "the order in which the vendor sends its items; a cursor is the furthest point"
    " behind which everything was read",
    "resume": "whether each Checkpoint comes after the items that its cursor counts as read",
    "onward": "whether `since` reaches the request, and not only the code",
    "future": "whether `since` reaches the request; begin anew only by raising CursorExpired",
    "duplicated": "keys made of an item's place, and counts that are added up",
    "reordered": "what is taken from the item before, and pages that end at the first old item",
    "cut": "errors that are caught and taken for an end; let SourceUnavailable pass",
    "repeated": "pages that are counted or left out; go on from what the last item says",
    "429": "exceptions that are no CophubError; use ctx.client() and check_status(answer)",
    "500": "exceptions that are no CophubError; use ctx.client() and check_status(answer)",
    "401": "exceptions that are no CophubError; use check_status(answer), which raises AuthError",
    "bad item": "parsing outside of parse_each; decode_page gives the good items and a Reject"
    " for each bad one",
    "secrets": "log lines and messages that hold an address with its parameters, or a setting",
    "departures": "Gone, or a finished read, after something could not be read; let the error"
    " pass, or say nothing of who left",
    "check": "answers that check does not look at; an AuthError may pass, and the hub shows it",
    "discover": "listings of several calls that hold the same space",
}

__all__ = ["ADVICE", "OF_CONNECTOR", "OF_STREAM", "PROMISES"]
