"""The words: subjects, bodies in HTML and plain, quotations; made from a message's id alone."""

from html import escape
from random import Random
from typing import NamedTuple

from cophub.sandbox.groupsio.state import Message
from cophub.sandbox.timeline import moment

_TOPICS = (
    "data quality", "supportive supervision", "community scorecards", "dashboards", "stock-outs",
    "cold chain", "learning reviews", "referral systems", "mobile surveys", "gender markers",
    "outcome harvesting", "routine data", "training of trainers", "after action reviews",
)  # fmt: skip
_SUBJECTS = (
    "Tools for {t}?", "{t}: what worked for you", "Indicators on {t}", "Looking for speakers: {t}",
    "New guide: {t}", "Register: call on {t}", "Notes of our meeting on {t}", "Q&A on {t}",
    "Ressources sur {t}", "Experiencias con {t}",
)  # fmt: skip
_OPENINGS = (
    "We start with {t} next month in {n} districts. Which tools do you use?",
    "A new guide on {t} is out. It has examples from {n} countries; costs stay < 5 % & falling.",
    "Our team works on {t}. What worked for you, and what did not?",
    "Nous partageons ici notre expérience sur {t} après {n} mois de travail.",
    "Compartimos los resultados de {t} en {n} distritos.",
    "From {n} site visits we learned one thing: plan {t} with the people who will use it.",
)
_ANSWERS = (
    "Thank you for asking. In our programme we began small, with {n} districts.",
    "We tried this last year. The short answer: it depends on who enters the data.",
    "There is a good paper on this; I shall send it to the group.",
    "+1 from us. Happy to talk on a call.",
    "Merci pour la question. Chez nous, cela a bien marché avec des superviseurs formés.",
    "We had the opposite experience: people stopped after month {n}.",
)
_ENDS = ("Best regards,", "Many thanks,", "Cordialement,", "Saludos,", "Kind regards,")
FILES = (
    ("minutes.pdf", "application/pdf"),
    ("results (final).xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("field visit.jpg", "image/jpeg"),
    ("guide.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
)


class Body(NamedTuple):
    """A text in the vendor's three parts, in HTML, and all of it as plain text."""

    body: str
    quoted: str
    remainder: str
    plain: str


def topic_of(chance: Random) -> str:
    """What something is about."""
    return chance.choice(_TOPICS)


def subject_of(chance: Random) -> str:
    """A subject for a new topic."""
    topic = chance.choice(_TOPICS)
    subject = chance.choice(_SUBJECTS).format(t=topic)
    return subject[0].upper() + subject[1:]


def said(message: Message) -> str:
    """What the author wrote, without quotation and greeting."""
    if message.text is not None and not message.text.startswith("\n"):
        return message.text
    chance = Random(message.id)
    words = chance.choice(_ANSWERS if message.is_reply else _OPENINGS)
    subject = message.topic.subject.lower()
    topic = next((each for each in _TOPICS if each in subject), _TOPICS[0])
    text = words.format(t=topic, n=chance.randrange(2, 40))
    return text + (message.text or "").replace("\n", " ")


def body_of(message: Message) -> Body:
    """The body; the quoted part of an answer is the text that it answers."""
    chance = Random(message.id * 3 + 1)
    name = message.user.full_name or message.user.email.partition("@")[0]
    text, end = said(message), f"{chance.choice(_ENDS)}\n{name}"
    if message.user.id % 7 == 0:
        end += f"\nTel. +999 555 {message.user.id % 10_000:04d}"
    quoted = _quotation(message.answers) if message.answers and chance.random() < 0.7 else ""
    plain = f"{text}\n\n{end}\n" + (f"\n{quoted}\n" if quoted else "")
    if message.plain:
        lines = f"{text}\n\n{end}"
        if quoted and chance.random() < 0.3:
            # Written below the quotation, which the vendor does not then tell apart.
            return Body(_lines(f"{quoted}\n\n{lines}"), "", "", f"{quoted}\n\n{lines}\n")
        return Body(_lines(lines), _lines(quoted), "", plain)
    html = f'<div dir="ltr"><p>{escape(text)}</p><p>{_lines(end)}</p></div>'
    return Body(html, f"<blockquote>{_lines(quoted)}</blockquote>" if quoted else "", "", plain)


def _quotation(other: Message) -> str:
    day = f"{moment(other.created):%a, %b %d, %Y}"
    name = other.user.full_name or "a member"
    return f"On {day}, {name} wrote:\n> " + said(other).replace("\n", "\n> ")


def _lines(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br />\n")
