"""What people write: texts, attachments and likes of a message, made from its id alone."""

import re
from random import Random
from typing import Any, NamedTuple

from cophub.sandbox.microsoft.tenant import User
from cophub.sandbox.microsoft.yammer.state import Like, Message
from cophub.sandbox.names import TOPICS
from cophub.sandbox.world import DAY

FIRST_TAG = 60_000_000_001
_STARTS = {
    "en": (
        "We have just finished the {n}th round of {t} training in our district.",
        "Sharing the slides from last week's session on {t}.",
        "Our team is looking for partners who have worked on {t} in rural areas.",
        "Lesson learned: plan {t} together with the people who will use it.",
        "New guidance on {t} came out this morning;\nthe annex is the useful part.",
    ),
    "fr": (
        "Nous partageons ici notre expérience sur {t} après {n} mois de travail.",
        "Voici le compte rendu de l'atelier sur {t}. Merci à toutes et à tous !",
    ),
    "es": ("Compartimos los resultados de {t} en {n} distritos.",),
    "pt": ("Partilhamos a experiência de {t} em {n} unidades de saúde.",),
    "de": ("Hier unsere Erfahrungen mit {t} aus {n} Projekten.",),
}
_QUESTIONS = {
    "en": (
        "Has anybody a tool for {t} that works offline?",
        "How do you report {t} when {n} facilities have no network?",
    ),
    "fr": ("Quelqu'un a-t-il un modèle pour {t} ?",),
    "es": ("¿Alguien tiene una plantilla para {t}?",),
}
_REPLIES = {
    "en": (
        "Thank you for sharing!", "We see the same in {n} of our sites.", "Could you add a link?",
        "This helped us a lot with {t}.", "Agreed, but <5 % of staff were trained & it shows.",
        "I will bring it up at the next call. 👍", "See section {n} of the manual.",
    ),
    "fr": ("Merci beaucoup pour ce partage.", "Nous avons fait de même dans {n} districts."),
    "es": ("¡Muchas gracias!", "Muy útil para {t}."),
}  # fmt: skip
_FILES = (
    ("field-visit.jpg", "image/jpeg"), ("results.xlsx", XLSX := "application/vnd.openxmlformats-"
     "officedocument.spreadsheetml.sheet"), ("minutes.pdf", "application/pdf"),
    ("guide (draft).docx", "application/vnd.openxmlformats-officedocument.wordprocessingml"
     ".document"),
)  # fmt: skip
_MARK = re.compile(r"\[\[(user|tag|group):(\d+)\]\]")


class Body(NamedTuple):
    """A text in the vendor's three forms, and whom it mentions."""

    parsed: str
    plain: str
    rich: str
    mentioned: list[int]
    tags: list[int]


class Attached(NamedTuple):
    """What hangs on a message; `kind` is image, file or opengraphobject."""

    id: int
    kind: str
    name: str
    content_type: str
    size: int


def _chance(message: Message, purpose: int) -> Random:
    return Random(message.id * 8 + purpose)


def language_of(message: Message) -> str:
    """The language code of a message; one in five of those with another mother tongue uses it."""
    own = message.sender.language or "en"
    native = own in _STARTS and (message.id >> 24) % 5 == 0
    return own if native else "en"


def text_of(message: Message) -> str:
    """The parsed text: as last edited, or made from the id."""
    if message.text is not None:
        return message.text
    chance, language = _chance(message, 1), language_of(message)
    lines = _REPLIES if not message.starter else _STARTS
    lines = _QUESTIONS if message.kind == "question" else lines
    words = chance.choice(lines.get(language) or lines["en"])
    topic = chance.randrange(len(TOPICS))
    text = words.format(n=chance.randrange(2, 40), t=TOPICS[topic].lower())
    if message.starter and chance.random() < 0.3:
        text += f" [[tag:{FIRST_TAG + topic}]]"
    space = message.thread.space
    if space is not None and message.crowd and chance.random() < 0.12:
        text = f"[[user:{space.roster[chance.randrange(message.crowd)].yammer_id}]] {text}"
    return text


def forms(parsed: str, people: dict[int, User], groups: dict[int, str]) -> Body:
    """A parsed text in all forms; a mention shows the name that its person has now."""
    mentioned: list[int] = []
    tags: list[int] = []

    def name(kind: str, number: int) -> str:
        if kind == "user":
            mentioned.append(number)
            return people[number].name if number in people else "Former Member"
        if kind == "tag":
            tags.append(number)
            return f"#{topic_name(number)}"
        return groups.get(number, "group")

    plain = _MARK.sub(lambda found: name(found[1], int(found[2])), parsed)
    escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Body(parsed, plain, escaped.replace("\n", "<br>"), mentioned, tags)


def topic_name(tag: int) -> str:
    """The name of a tag's topic, without blanks."""
    return TOPICS[(tag - FIRST_TAG) % len(TOPICS)].title().replace(" ", "")


def attachments_of(message: Message) -> list[Attached]:
    """What hangs on it: one starter in six has files, one in twelve a link's preview."""
    if message.kind == "system" or message.text is not None:
        return []
    chance = _chance(message, 2)
    drawn = chance.random()
    if not message.starter and drawn > 0.03:
        return []
    found, number = list[Attached](), 1_000_000_000 + (message.id >> 20)
    for place in range(0 if drawn > 0.16 else chance.choice((1, 1, 1, 2, 3))):
        name, kind = chance.choice(_FILES)
        shape = "image" if kind.startswith("image/") else "file"
        found.append(Attached(number + place, shape, name, kind, chance.randrange(10_000, 9 << 20)))
    if 0.16 < drawn < 0.24:
        found.append(Attached(number + 9, "opengraphobject", "Toolkit for teams", "", 0))
    return found


def likes_of(message: Message) -> list[Like]:
    """Everybody who will ever like it of their own accord, by time; most within days."""
    if message.likes is None:
        message.likes = _drawn_likes(message)
    return message.likes


def _drawn_likes(message: Message) -> list[Like]:
    space = message.thread.space
    if space is None or not message.crowd or message.kind == "system":
        return []
    chance = _chance(message, 3)
    wanted = min(int(chance.expovariate(1 / (5 if message.starter else 1.2))), message.crowd)
    places = chance.sample(range(message.crowd), wanted)
    likes = []
    for place in places:
        days = chance.uniform(20, 120) if chance.random() < 0.1 else chance.expovariate(0.6)
        likes.append(Like(message.at + 60 + int(days * DAY), space.roster[place]))
    return sorted(likes, key=lambda like: like.at)


def liked_now(message: Message, now: int) -> list[Like]:
    """Who likes it now, latest first; accounts that are gone do not count."""
    return [
        like for like in reversed(likes_of(message)) if like.at <= now and like.user.deleted is None
    ]


def link_of(attached: Attached) -> dict[str, Any]:
    """Where the preview of a link leads."""
    return {"url": f"https://toolkit.example/{attached.id % 997}", "title": attached.name}
