"""What accounts teach about organisations: whose a domain is, what an acronym stands for.

A pure function of the set of what was stated; order never counts, and ties are broken by text.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from rapidfuzz.distance import OSA

from cophub.identities.organizations.known import Organization
from cophub.identities.organizations.normal import initials
from cophub.identities.organizations.offices import placed
from cophub.identities.organizations.register import NONE, Register, slug
from cophub.identities.reading.places import names_country

TELLING = 8
"""So many mailboxes have to name an organisation before their disagreement says anything."""

AT_ONCE = 60
"""Names of one domain that are compared with each other: those that most mailboxes give."""

FAR_MORE = 4
"""So many times as often a name has to be given for a rare one to be a slip in it."""

_LONG = 3
"""Words that a name has at least where it may be a slip of any other."""

_SLIP_FROM = 6
"""Letters that the longer of two words has at least where one of them may differ."""

_SLIP_RARE = 5
"""The same where one name is far more frequent."""

Stated = dict[str, Counter[str]]


class _Lesson:
    """The names that nothing is known of yet, and to which other name each one leads."""

    def __init__(self, base: Register, stated: Iterable[tuple[str, str, int]]) -> None:
        self.base = base
        self.by_domain: Stated = defaultdict(Counter)
        self.weight: Counter[str] = Counter()
        self.domains: set[str] = set()
        for name, domain, mailboxes in stated:
            if domain:
                self.domains.add(domain)
            if name:
                self.weight[name] += mailboxes
                if domain:
                    self.by_domain[domain][name] += mailboxes
        unknown = {name for name in self.weight if base.key_of_name(name) is None}
        # `acme kenya` is an office of what is learned of `acme`, not another organisation.
        self.new = {n for n in unknown if (head := placed(n).base) == n or head not in unknown}
        self.open: set[str] = set()
        self.leads: dict[str, str] = {}
        self.heads: set[str] = set()
        """Names that stand for a group of new ones."""

    def names_of(self, domain: str) -> list[str]:
        """The names that its mailboxes give most, first."""
        counts = self.by_domain[domain]
        return sorted(counts, key=lambda name: (-counts[name], name))[:AT_ONCE]

    def end(self, name: str) -> str:
        """The name that a name leads to in the end."""
        while name in self.leads:
            name = self.leads[name]
        return name


def learn(
    base: Register, stated: Iterable[tuple[str, str, int]], remembered: Mapping[str, str]
) -> Register:
    """See `Register.learn`."""
    lesson = _Lesson(base, stated)
    _join_spellings(lesson)
    _join_rare_slips(lesson)
    _read_acronyms(lesson)
    keys = _keys(lesson, remembered)
    names = {key: Organization(key, head) for head, key in keys.items() if head in lesson.heads}
    made = Register(
        base.said_names, base.said_domains, base.merged, base.organizations | names, base.shipped
    )
    made.open_names = base.open_names | lesson.open
    made.learned_names = base.learned_names | keys
    made.learned_domains = dict(base.learned_domains)
    for domain in sorted(lesson.domains):
        key = _of_domain(lesson, made, domain)
        if key is not None:
            made.learned_domains[domain] = key
    return made


def _join_spellings(lesson: _Lesson) -> None:
    """Names of one domain that differ by one slip lead to the one that more mailboxes give."""
    for domain in sorted(lesson.by_domain):
        names = [name for name in lesson.names_of(domain) if " " in name or len(name) > 8]
        for at, one in enumerate(names):
            for other in names[at + 1 :]:
                if (one in lesson.new or other in lesson.new) and alike(one, other):
                    _lead(lesson, *_lesser_first(lesson, one, other))
    by_letters: defaultdict[str, list[str]] = defaultdict(list)
    for name in lesson.new:
        by_letters[name.replace(" ", "")].append(name)
    for joined, names in sorted(by_letters.items()):
        if len(joined) >= 5:
            first, *others = sorted(names, key=lambda name: (-lesson.weight[name], name))
            for other in others:
                _lead(lesson, other, first)


def _join_rare_slips(lesson: _Lesson) -> None:
    """A rare name leads to a far more frequent one from which one slip in one word tells it apart.

    Of three words and more, wherever it is given: people type the names of employers from private
    addresses, too.
    """
    patterns: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for name in lesson.weight:
        words = name.split()
        if len(words) >= _LONG and (name in lesson.new or lesson.base.key_of_name(name)):
            for at, word in enumerate(words):
                if len(word) >= _SLIP_RARE - 1:
                    patterns[at, " ".join((*words[:at], "*", *words[at + 1 :]))].append(name)
    for _, names in sorted(patterns.items()):
        if len(names) < 2:
            continue
        names.sort(key=lambda name: (-lesson.weight[name], name))
        often = [n for n in names[:AT_ONCE] if lesson.weight[n] >= FAR_MORE]
        for name in names:
            for other in often:
                enough = lesson.weight[other] >= FAR_MORE * max(lesson.weight[name], 1)
                if enough and name in lesson.new and alike(name, other, least=_SLIP_RARE):
                    _lead(lesson, name, other)
                    break


def _lesser_first(lesson: _Lesson, one: str, other: str) -> tuple[str, str]:
    """The name that leads, and where to: to a known one, else to the weightier."""
    rank = {n: (n not in lesson.new, lesson.weight[n], n) for n in (one, other)}
    return (one, other) if rank[one] < rank[other] else (other, one)


def _lead(lesson: _Lesson, name: str, to: str) -> None:
    """Names lead up a strict order (known, weight, text), so that no circle can be made."""
    name, to = lesson.end(name), lesson.end(to)
    if name != to and name in lesson.new:
        less, more = _lesser_first(lesson, name, to)
        if less in lesson.new:
            lesson.leads[less] = more


def _read_acronyms(lesson: _Lesson) -> None:
    """An acronym leads to the one full name with whose initials it stands in the same domains."""
    claims: defaultdict[str, set[str]] = defaultdict(set)
    told: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for domain in sorted(lesson.by_domain):
        names = lesson.names_of(domain)
        full: defaultdict[str, set[str]] = defaultdict(set)
        for name in names:
            if " " in name:
                for letters in initials(name):
                    full[letters].add(lesson.end(name))
        for name in names:
            if name in lesson.new and " " not in name:
                mailboxes = lesson.by_domain[domain][name]
                seen[name] += mailboxes
                if 2 <= len(name) <= 8 and (fitting := full.get(name)):
                    claims[name] |= fitting
                    told[name] += mailboxes
    for name in sorted(claims):
        ends = {lesson.end(full) for full in claims[name]}
        # Elsewhere the same letters may stand for somebody else.
        if len(ends) == 1 and told[name] * 2 > seen[name] and name not in ends:
            _lead_acronym(lesson, name, ends.pop())
        else:
            lesson.open.add(name)


def _lead_acronym(lesson: _Lesson, name: str, full: str) -> None:
    name = lesson.end(name)
    if name != full and name in lesson.new:
        lesson.leads[name] = full


def alike(one: str, other: str, least: int = _SLIP_FROM) -> bool:
    """Whether two names are the same but for one slip in one word; digits and countries count."""
    ones, others = one.split(), other.split()
    if len(ones) != len(others):
        return False
    differing = [(a, b) for a, b in zip(ones, others, strict=True) if a != b]
    if len(differing) != 1:
        return False
    (a, b) = differing[0]
    if max(len(a), len(b)) < least or not (a.isalpha() and b.isalpha()):
        return False
    if names_country(a) or names_country(b):
        return False
    return OSA.distance(a, b, score_cutoff=1) <= 1


def _keys(lesson: _Lesson, remembered: Mapping[str, str]) -> dict[str, str]:
    """The key of each new name: the one that most of its group had before, else a new one."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in lesson.new - lesson.open:
        groups[lesson.end(name)].append(name)
    keys: dict[str, str] = {}
    taken = set(lesson.base.shipped.organizations)
    waiting: list[str] = []
    for head, names in groups.items():
        if head not in lesson.new:  # it leads to what is known
            keys |= dict.fromkeys(names, lesson.base.key_of_name(head) or NONE)
        else:
            waiting.append(head)
    claims = sorted(
        (-count, key, head)
        for head in waiting
        for key, count in Counter(
            remembered[name] for name in groups[head] if remembered.get(name)
        ).items()
    )
    chosen: dict[str, str] = {}
    for _, key, head in claims:
        if head not in chosen and key not in taken:
            chosen[head] = key
            taken.add(key)
    # A key that stands for another organisation, or once did, is not given again.
    taken |= lesson.base.merged.keys() | set(remembered.values())
    for head in sorted(set(waiting) - chosen.keys()):
        chosen[head] = _new_key(head, taken)
        taken.add(chosen[head])
    for head, key in chosen.items():
        keys |= dict.fromkeys(groups[head], key)
    lesson.heads = set(chosen)
    return keys


def _new_key(name: str, taken: set[str]) -> str:
    first = slug(name) or "organization"
    key, number = first, 2
    while key in taken:
        key, number = f"{first}-{number}", number + 1
    return key


def _of_domain(lesson: _Lesson, made: Register, domain: str) -> str | None:
    """Whose a domain is: the organisation that more than half of its mailboxes name.

    Its own where they name nobody or do not agree; nobody's where many name many. None: a person
    or the shipped list has said so already.
    """
    if domain in made.said_domains or domain in made.shipped.domains:
        return None
    named: Counter[str] = Counter()
    vague: set[str] = set()
    for name, mailboxes in lesson.by_domain.get(domain, {}).items():
        if key := made.key_of_name(name):
            named[made.head(key)] += mailboxes
        elif made.is_open(name):
            # It names somebody, though nobody else can tell whom.
            named[name] += mailboxes
            vague.add(name)
    if not named:
        return _called(made, domain) or domain
    most, mailboxes = min(named.items(), key=lambda item: (-item[1], item[0]))
    # One colleague's slip must not rename the rest: half of those who name any have to agree.
    if mailboxes * 2 > named.total():
        return domain if most in vague else most
    if fitting := _fitting(made, named.keys() - vague, domain):
        return fitting
    # Nor is a mail provider that no list knows an employer: its people name this and that.
    if named.total() >= TELLING and mailboxes * 4 < named.total():
        return NONE
    return domain


def _fitting(made: Register, named: Collection[str], domain: str) -> str:
    """The one organisation named there whose name is that of the domain: `Acme`, acme.org."""
    label = _label(domain)
    fitting = set()
    for key in named:
        title = made.title(key)
        letters = {slug(title).replace("-", ""), key.replace("-", ""), *initials(title.lower())}
        if len(label) > 2 and label in letters:
            fitting.add(key)
    return fitting.pop() if len(fitting) == 1 else _called(made, domain)


def _called(made: Register, domain: str) -> str:
    """The one organisation whose first words are the domain's name: `Acme Health Trust`.

    For a domain that says enough by itself: `acmehealth.org`, not an acronym.
    """
    return made.first_words.get(_label(domain), NONE)


def _label(domain: str) -> str:
    return domain.partition(".")[0].replace("-", "")


__all__ = ["TELLING", "alike", "learn"]
