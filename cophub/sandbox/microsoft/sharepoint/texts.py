"""What people write on sites, and what they call their files."""

import re
import unicodedata
from random import Random

from cophub.sandbox.names import TOPICS

_TITLES = (
    "What we learned about {t}", "{t}: call for contributions", "New guide to {t}",
    "Notes from our meeting on {t}", "{t} in the field", "Retour d'expérience : {t}",
    "How do you handle {t}", "Quarterly review of {t}",
)  # fmt: skip
_SENTENCES = (
    "Our team spent three months on this with partners in five districts.",
    "The full text is in the library; comments are welcome until Friday.",
    "Less than 5 % of the sites report on time & we would like to know why.",
    "Merci à toutes et à tous pour vos contributions.",
    "The next call is about what comes after the pilot.",
    "“Start small”, said the facilitators, and they were right.",
)
COMMENTS = (
    "Thank you for sharing this!", "We saw the same in our province.", "Très utile, merci.",
    "Could you add the slides?", "Is there a version for offline use?", "Great work 👏",
    "I disagree with point 3 <see the annex>.",
)  # fmt: skip
_FILES = (
    ("report", "docx"), ("minutes", "docx"), ("data", "xlsx"), ("slides", "pptx"),
    ("poster", "pdf"), ("recording", "mp4"), ("étude n° 1", "pdf"), ("50% sample #2", "csv"),
)  # fmt: skip


def title(chance: Random) -> str:
    """A headline."""
    return chance.choice(_TITLES).format(t=chance.choice(TOPICS))


def body(chance: Random) -> str:
    """A few sentences."""
    return " ".join(chance.sample(_SENTENCES, chance.randint(1, 3)))


def file_name(chance: Random, number: int) -> str:
    """A file's name with its ending."""
    name, ending = chance.choice(_FILES)
    return f"{name} {number}.{ending}"


def slug(text: str) -> str:
    """A page's address from its title."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")
