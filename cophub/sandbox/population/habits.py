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

SHARES: dict[str, tuple[float, str]] = {
    "given_only": (.087, "the given name alone: Amina"),
    "blank": (.067, "no name at all"),
    "turned": (.052, "the order turned round: Diallo Amina where she is Amina Diallo"),
    "one_family": (.037, "one of two family names: Luz Quispe for Luz Quispe Mamani"),
    "no_accents": (.035, "accents lost: Francois Lefevre"),
    "upper_family": (.031, "the family name in capitals: Amina DIALLO"),
    "spelling": (.026, "another spelling or romanisation: Mohammed for Mohamed, Iuliia for Yulia"),
    "employer": (.022, "the employer behind the name: Amina Diallo (FPA)"),
    "initial": (.0215, "the given name as an initial: A. Diallo"),
    "nickname": (.0205, "a nickname or short form: Liz, Fran, Masha; an English name in China"),
    "lower": (.019, "all small: amina diallo"),
    "upper": (.018, "all capitals: AMINA DIALLO"),
    "full": (.0150, "with second names or the father's: Amina Fatou Diallo, Olga Petrovna Ivanova"),
    "address": (.0131, "the address, or what is before its @, for a name"),
    "title": (.0126, "a title in front: Dr. Amina Diallo, Mme Diallo"),
    "comma": (.0109, "the family first and a comma: Diallo, Amina"),
    "device": (.0107, "a device: iPhone de Amina, SM-A125F"),
    "last_initial": (.0097, "the family name as an initial: Amina D."),
    "native": (.0092, "in its own script"),
    "degree": (.0086, "a degree behind: Amina Diallo, MPH"),
    "placeholder": (.0078, "what stands for no name: -, n/a, Guest"),
    "middle_initial": (.0067, "with a middle initial: Amina F. Diallo"),
    "slip": (.0062, "a slip of the finger in the name: Dialo, Aimna"),
    "hyphen": (.0037, "two family names joined: Quispe-Mamani"),
    "suffix": (.0030, "Jr., Sr., Filho: sons with their father's name"),
    "one_word_filled": (.0009, "who has one name fills the other field: Suharto Suharto, Ramesh FNU"),
    "maiden_name": (.0056, "the name before a marriage"),
    "role_mailbox": (.0458, "a role mailbox: used by people with their own names, or nobody's"),
    "address_hidden": (.0210, "a list that does not show the address"),
    "address_slip": (.0064, "a slip in a typed address: another mailbox, or none"),
    "gmail_dots": (.0019, "dots set otherwise at Gmail: the same mailbox"),
    "plus_tag": (.0015, "a tag: amina+lists@"),
    "shared_login": (.0056, "an account that several people use: Kisumu District Team"),
    "room": (.0030, "a meeting room"),
    "service": (.0022, "a service or an application"),
    "bot": (.0020, "a bot: AI Notetaker"),
}  # fmt: skip
"""Every habit: the share of all accounts that have it, and what it is."""
