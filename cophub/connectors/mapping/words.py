"""What people write into cells for yes and no, for roles and for the state of a membership.

In the languages of the communities that keep such sheets: English, French, Spanish, Portuguese.
"""

import unicodedata

NOTHING = frozenset(
    ["", "-", "--", "–", "—", "n/a", "#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!",
     "#num!", "(blank)", "(vide)", "\\n"]
)  # fmt: skip
"""What stands for an empty cell, in lower case."""
YES = frozenset(
    ["yes", "y", "true", "t", "1", "x", "✓", "✔", "☑", "on", "oui", "o", "vrai", "si", "s",
     "verdadero", "sim", "verdadeiro", "ja"]
)  # fmt: skip
NO = frozenset(
    ["no", "n", "false", "f", "0", "✗", "✘", "☐", "off", "non", "faux", "falso", "nao", "nein"]
)  # fmt: skip
_MEANT: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "cancelled": (
        frozenset(["cancelled", "canceled", "annule", "annulee", "cancelado", "cancelada"]),
        frozenset(
            ["confirmed", "scheduled", "active", "completed", "held", "confirme", "confirmado"]
        ),
    ),
    "registered": (
        frozenset(["registered", "approved", "inscrit", "inscrite", "inscrito", "inscrita"]),
        frozenset(["not registered", "cancelled", "denied", "pending"]),
    ),
    "bounced": (frozenset(["bounced", "hard", "soft", "hard bounce", "soft bounce"]), frozenset()),
    "unsubscribed": (frozenset(["unsubscribed"]), frozenset(["subscribed"])),
}
_ROLES: dict[str, tuple[str, ...]] = {
    "owner": (
        "owner", "owners", "admin", "administrator", "proprietaire", "administrateur",
        "administratrice", "propietario", "propietaria", "administrador", "administradora",
    ),
    "moderator": (
        "moderator", "moderators", "moderateur", "moderatrice", "moderador", "moderadora",
    ),
    "facilitator": (
        "facilitator", "facilitators", "facilitateur", "facilitatrice", "animateur", "animatrice",
        "facilitador", "facilitadora", "coordinator", "coordinateur", "coordinatrice",
        "coordinador", "coordinadora",
    ),
    "member": ("member", "members", "membre", "membres", "miembro", "miembros", "membro"),
    "subscriber": ("subscriber", "abonne", "abonnee", "suscriptor", "suscriptora", "assinante"),
    "guest": ("guest", "external", "invite", "invitee", "invitado", "invitada", "convidado"),
}  # fmt: skip
_STATUSES: dict[str, tuple[str, ...]] = {
    "active": (
        "active", "subscribed", "current", "enabled", "actif", "active", "abonne", "activo",
        "activa", "ativo", "vigente",
    ),
    "pending": ("pending", "invited", "en attente", "pendiente", "pendente", "awaiting approval"),
    "unsubscribed": (
        "unsubscribed", "desabonne", "desinscrit", "baja", "dado de baja", "opted out",
    ),
    "bounced": ("bounced", "bouncing", "cleaned", "rebote", "rebotado"),
    "archived": ("archived", "inactive", "disabled", "archive", "inactif", "inactivo", "archivado"),
    "left": ("left", "former", "departed", "parti", "ancien", "salio", "retirado", "removed"),
}  # fmt: skip
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words}
_STATUS_OF = {word: status for status, words in _STATUSES.items() for word in words}


def folded(text: str) -> str:
    """A text as it is compared: without accents, in lower case, with single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def role_of(told: str) -> str | None:
    """The role of a membership that a word means, or None."""
    return _ROLE_OF.get(folded(told))


def status_of(told: str) -> str | None:
    """The status of a membership that a word means, or None."""
    return _STATUS_OF.get(folded(told))


def flag_of(field: str, told: str) -> bool | None:
    """Yes or no, in words; None for a word that means neither."""
    word = folded(told)
    yes, no = _MEANT.get(field, (frozenset(), frozenset()))
    if word in YES or word in yes:
        return True
    return False if word in NO or word in no else None


__all__ = ["NO", "NOTHING", "YES", "flag_of", "folded", "role_of", "status_of"]
