# ruff: noqa: E501 - a table reads best with one line for one thing
"""How often each vendor's people write their names in each way."""

from typing import NamedTuple

FORMS: dict[str, tuple[tuple[str, float], ...]] = {
    "sharepoint": (("plain", .77), ("comma", .07), ("full", .05), ("turned", .03), ("middle_initial", .03), ("address", .025), ("given_only", .01), ("initial", .01), ("blank", .005)),
    "yammer": (("plain", .84), ("full", .05), ("nickname", .04), ("middle_initial", .03), ("turned", .02), ("given_only", .01), ("blank", .01)),
    "mailchimp": (("plain", .555), ("blank", .20), ("given_only", .08), ("turned", .035), ("full", .03), ("nickname", .03), ("initial", .02), ("middle_initial", .02), ("address", .015), ("placeholder", .015)),
    "gotomeeting": (("plain", .70), ("turned", .08), ("given_only", .05), ("full", .05), ("nickname", .04), ("initial", .03), ("last_initial", .02), ("middle_initial", .02), ("placeholder", .01)),
    "guest": (("plain", .42), ("given_only", .19), ("turned", .10), ("device", .08), ("nickname", .06), ("last_initial", .05), ("initial", .04), ("full", .03), ("placeholder", .02), ("middle_initial", .01)),
    "dgroups": (("plain", .46), ("given_only", .20), ("blank", .11), ("turned", .07), ("nickname", .05), ("address", .04), ("full", .04), ("initial", .03)),
    "mail": (("plain", .70), ("turned", .06), ("given_only", .06), ("blank", .06), ("comma", .04), ("full", .03), ("initial", .03), ("nickname", .02)),
}  # fmt: skip
"""vendor -> (form, share of its accounts); `guest` is who joins a GoTo session without an address."""


class Touch(NamedTuple):
    """What is done to a name that is shown: shares of the names that could have it."""

    no_accents: float
    upper_family: float
    other_case: float
    title: float
    employer: float
    slip: float


TOUCHES: dict[str, Touch] = {
    "sharepoint": Touch(.25, .02, .01, .01, .04, .002),
    "yammer": Touch(.15, .02, .01, .01, .01, .002),
    "mailchimp": Touch(.40, .04, .05, .03, 0, .010),
    "gotomeeting": Touch(.55, .05, .05, .03, .02, .012),
    "guest": Touch(.65, .05, .10, .04, .06, .014),
    "dgroups": Touch(.45, .07, .05, .03, .03, .008),
    "mail": Touch(.35, .04, .02, .02, .03, .003),
}  # fmt: skip
