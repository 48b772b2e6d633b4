"""Threads depend on what the messages say, and on nothing else."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cophub import Post
from cophub.connectors.mail.threading import (
    Index,
    Known,
    bare_subject,
    message_ids,
    refs_of,
    subject_number,
)

DAY = 86_400


@pytest.mark.parametrize(
    ("subject", "bare", "is_reply"),
    [
        ("Agenda", "agenda", False),
        ("Re: Agenda", "agenda", True),
        ("RE: re: Fwd: AW: SV: TR: RES: Agenda", "agenda", True),
        ("[cop] Re: [cop] Agenda", "agenda", True),
        ("Re[2]: Agenda", "agenda", True),
        ("Re : Agenda", "agenda", True),
        ("回复：Agenda", "agenda", True),
        ("Antw:  The   agenda ", "the agenda", True),
        ("Research: agenda", "research: agenda", False),
        ("Reply needed", "reply needed", False),
        ("[ANN]", "[ann]", False),
        ("Re:", "", True),
    ],
)
def test_subjects_are_compared_without_prefixes_and_tags(subject, bare, is_reply):
    """Mail programs of every language put their own word before an answer's subject."""
    assert bare_subject(subject) == (bare, is_reply)


@pytest.mark.parametrize(
    ("header", "ids"),
    [
        ("<a@x> <b@y>", ["a@x", "b@y"]),
        ("<a@x><b@y>", ["a@x", "b@y"]),
        ("<a@\n\tx>", ["a@x"]),
        ('Your message of "Mon, 4 Mar 2024" <a@x>', ["a@x"]),
        ("a@x", ["a@x"]),
        ("Your message of Monday", []),
        ("", []),
    ],
)
def test_ids_are_found_among_words(header, ids):
    """Old mailers write prose into In-Reply-To."""
    assert message_ids(header) == ids


def test_digests_are_no_parents():
    """Answers to two topics of one digest would else be one thread."""
    assert refs_of("", "<mailman.12.1709546400.42.cop@lists.example.org>", "x") == ()


def threads(run):
    """The thread of each post by its number, both as numbers."""
    return {int(p.key[1:].split("@")[0]): int(p.thread[1:].split("@")[0]) for p in run.of(Post)}


def test_the_nearest_reference_that_was_archived_is_the_parent(tmp_path, message, mbox, read):
    """References last to first, then In-Reply-To; a missing message is stepped over."""
    mail = [
        message(1),
        message(2, answers=1),
        message(3, references=[1, 2]),
        message(4, references=[1, 2, "<lost@example.org>"]),
        message(5, answers=3, references=["<gone@example.org>"]),
    ]
    (tmp_path / "a.mbox").write_bytes(mbox(*mail))
    run = read(tmp_path)
    assert threads(run) == {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}
    answered = [post.reply_to for post in run.of(Post)]
    assert answered == [None, *(f"m{n}@example.org" for n in (1, 2, 2, 3))]


def test_an_answer_to_a_message_that_is_not_archived_says_so(tmp_path, message, read):
    """`reply_to` keeps the id as the sender's program gave it: that it dangles is a fact."""
    (tmp_path / "a.eml").write_bytes(message(2, answers="<lost@example.org>"))
    (post,) = read(tmp_path).of(Post)
    assert (post.thread, post.reply_to) == (post.key, "lost@example.org")
    assert post.extra["in_reply_to"] == "lost@example.org"


def test_answers_to_one_lost_message_are_one_thread(tmp_path, message, mbox, read):
    """If they are about one thing: on another subject they are not."""
    lost = "<lost@example.org>"
    other = {"Subject": "Re: quite another matter"}
    mail = [message(2, answers=lost), message(3, answers=lost, days=60)]
    mail.append(message(4, answers=lost, headers=other))
    (tmp_path / "a.mbox").write_bytes(mbox(*mail))
    assert threads(read(tmp_path)) == {2: 2, 3: 2, 4: 4}


@pytest.mark.parametrize(
    ("subject", "days", "thread"),
    [
        ("Re: [cop] Agenda", 29, 1),
        ("AW: agenda", 3, 1),
        ("Re: Agenda", 31, 2),
        ("Agenda", 3, 2),
        ("Re: Minutes", 3, 2),
        ("Re: Agenda", -3, 2),
    ],
)
def test_without_references_the_subject_decides(
    subject, days, thread, tmp_path, message, mbox, read
):
    """Only for an answer, and only to a message of the 30 days before it."""
    first = message(1, headers={"Subject": "[cop] Agenda"})
    second = message(2, days=days, headers={"Subject": subject})
    (tmp_path / "a.mbox").write_bytes(mbox(first, second))
    run = read(tmp_path)
    assert threads(run)[2] == thread
    # Which of the thread's messages it answers, nobody knows.
    assert run.of(Post)[1].reply_to is None


def test_an_answer_may_come_before_its_question(tmp_path, message, mbox, read):
    """In the file, and in a file that is read earlier: clocks and archives are not in order."""
    (tmp_path / "2024-01.mbox").write_bytes(mbox(message(2, answers=1), message(3, answers=2)))
    (tmp_path / "2024-02.mbox").write_bytes(mbox(message(1)))
    run = read(tmp_path)
    assert threads(run) == {1: 1, 2: 1, 3: 1}
    # Each post is yielded once, and right at once.
    assert len(run.of(Post)) == 3


def test_a_ring_of_answers_is_parted(tmp_path, message, mbox, read):
    """Two messages that answer each other cannot be; the older one starts the thread."""
    (tmp_path / "a.mbox").write_bytes(
        mbox(
            message(3, answers=1),
            message(1, answers=2),
            message(2, answers=3),
            message(4, answers=4, headers={"Subject": "Re: all alone"}),
        )
    )
    assert threads(read(tmp_path)) == {1: 1, 2: 1, 3: 1, 4: 4}


messages = st.lists(
    st.builds(
        lambda at, subject, reply, refs: (at, subject, reply, tuple(dict.fromkeys(refs))),
        st.integers(0, 40 * DAY),
        st.integers(0, 3),
        st.booleans(),
        st.lists(st.integers(0, 14), max_size=3),
    ),
    min_size=1,
    max_size=12,
)


def known(number, fact):
    at, subject, is_reply, refs = fact
    names = tuple(f"k{ref}" for ref in refs if ref != number)
    return Known(f"k{number}", at, subject, is_reply, names, file=0)


@given(messages, st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_threads_are_the_same_in_any_order_and_any_number_of_runs(facts, shuffle, runs):
    """Read at once, or piecemeal with the index saved and loaded between: one answer."""
    whole = Index()
    for number, fact in enumerate(facts):
        whole.add(known(number, fact))
    whole.settle()
    order = list(enumerate(facts))
    shuffle.shuffle(order)
    index = Index()
    told = {}
    for run in range(runs):
        index = Index(index.save(index.by_key))
        index.settle()
        for number, fact in order[run::runs]:
            index.add(known(number, fact))
            told.setdefault(f"k{number}", None)
        changed = index.settle()
        told |= {one.key: (one.thread, one.reply_to) for one in changed}
    assert told == {k: (one.thread, one.reply_to) for k, one in whole.by_key.items()}
    # And every thread is named after a post in it.
    assert all(told[thread][0] == thread for thread, _ in told.values())


def test_a_hundred_thousand_messages_are_threaded_in_seconds():
    """Also one long chain of answers, and all of one subject."""
    chance = random.Random(7)
    index = Index()
    for n in range(50_000):
        refs = (f"k{n - 1}@example.org",) if n % 3 else ()
        subject = subject_number(f"s{chance.randrange(5000)}")
        index.add(Known(f"k{n}@example.org", n * 60, subject, chance.random() < 0.5, refs, 0))
    for n in range(50_000, 60_000):
        index.add(Known(f"k{n}@example.org", n, 1, True, (f"k{n - 1}@example.org",), 0))
    began = time.perf_counter()
    index.settle()
    saved = index.save(index.by_key)
    assert time.perf_counter() - began < 10
    assert sum(map(len, saved)) < 60 * len(index)
    assert len(Index(saved)) == 60_000
