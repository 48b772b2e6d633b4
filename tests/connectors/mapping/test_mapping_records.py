"""Rows of any table as records: what each becomes, and what is rejected."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from cophub import (
    Account,
    Attendance,
    Campaign,
    Delivery,
    Document,
    Event,
    Membership,
    Metric,
    Post,
    Reaction,
    Reject,
    Space,
)
from cophub.connectors.mapping import FIELDS, Mapping, items, survey


def made(record, rows, *, columns=None, known=False, **settings):
    """All records of rows that are dictionaries; columns are called as fields by default."""
    numbered = list(enumerate(rows, 2))
    names = {name for row in rows for name in row}
    mapping = Mapping(record=record, columns=columns or {n: n for n in names}, **settings)
    look = survey(mapping, numbered) if known else None
    return list(items(mapping, numbered, space="src", where="a.csv, ", known=look))


def of(kind, found):
    return [item for item in found if isinstance(item, kind)]


def test_a_member_is_an_account_and_a_membership_of_the_space():
    row = {"email": "Ada@Example.org", "name": "Ada L", "role": "Modératrice", "status": "Actif",
           "joined_at": "2024-03-04", "organization": "WHO", "extra.region": "EMRO"}  # fmt: skip
    space, account, member = made("membership", [row], space="cop", title="The CoP")
    assert (space.key, space.title, space.kind) == ("cop", "The CoP", "list")
    assert (account.key, account.email, account.email_verified) == (
        "ada@example.org", "ada@example.org", False,
    )  # fmt: skip
    assert (account.name, account.organization) == ("Ada L", "WHO")
    assert account.extra == {"region": "EMRO"}
    assert (member.space, member.account, member.role, member.status) == (
        "cop", "ada@example.org", "moderator", "active",
    )  # fmt: skip
    assert member.joined_at == datetime(2024, 3, 4, tzinfo=UTC)
    assert member.joined_at_basis == "native"


def test_an_account_with_a_space_is_a_membership_and_without_one_is_not():
    plain = made("account", [{"email": "a@example.org", "role": "owner"}])
    assert [type(item) for item in plain] == [Account]
    found = made("account", [{"email": "a@example.org", "role": "owner", "space": "x"}])
    (member,) = of(Membership, found)
    assert (member.space, member.role) == ("x", "owner")
    assert of(Membership, made("account", [{"email": "a@example.org"}], space="cop"))


def test_words_that_are_not_ours_are_kept_beside_the_membership():
    (member,) = of(Membership, made("membership", [{"email": "a@example.org", "role": "Boss"}]))
    assert (member.role, member.extra) == ("member", {"role": "Boss"})
    (member,) = of(
        Membership, made("membership", [{"email": "a@example.org", "left_at": "2024-01-01"}])
    )
    assert member.status == "left"


def test_who_has_no_address_is_known_by_login_telephone_or_name():
    rows = [
        {"name": "Ada  LOVELACE (Guest)"}, {"username": "ADA", "name": "Ada"},
        {"phone": "+41 79 123 45 67", "name": "Ada"}, {"given_name": "Bo", "family_name": "Li"},
    ]  # fmt: skip
    found = of(Account, made("membership", rows))
    assert [a.key for a in found[:2]] == ["name:ada lovelace", "ada"]
    assert found[0].name == "Ada LOVELACE"
    assert found[3].key == "name:bo li"
    assert found[2].key.startswith("phone:")


def test_telephone_numbers_are_hashed_wherever_they_stand():
    rows = [
        {"name": "A", "phone": "+41 79 123 45 67"},
        {"name": "0041791234567"},
        {"name": "not an address", "email": "+41 79 123 45 67", "phone": "079 123 45 67"},
    ]
    found = [item for row in rows for item in made("membership", [row])]
    assert "123" not in repr(found)
    first, second = of(Account, found)
    assert len(of(Reject, found)) == 1
    assert first.key == second.key
    assert first.extra == {"phone": first.key.removeprefix("phone:")}
    secret = of(Account, made("membership", rows[:1], phone_secret="another"))
    assert secret[0].key != first.key


def test_a_row_that_names_nobody_and_a_wrong_cell_are_rejects_with_their_row():
    rows = [{"email": "a@example.org", "joined_at": "soon"}, {"email": "", "joined_at": ""}]
    found = of(Reject, made("membership", rows))
    assert [reject.reason for reject in found] == [
        'a.csv, row 2: column "joined_at": it is no date',
        "a.csv, row 3: the row names nobody: its name and its address are empty",
    ]
    assert (found[0].record, found[0].key, found[0].field) == ("Membership", "row 2", "joined_at")


def test_the_same_row_twice_is_one_and_another_with_its_key_is_a_reject():
    row = {"email": "a@example.org", "role": "member"}
    found = made("membership", [row, row, {**row, "role": "owner"}])
    assert len(of(Membership, found)) == 1
    (reject,) = of(Reject, found)
    assert "row 4: the same membership as row 2, told otherwise" in reject.reason
    assert "if they are two people, set key" in reject.reason


def test_a_date_that_no_row_decides_is_left_out_and_said_once():
    rows = [{"email": f"p{n}@example.org", "joined_at": "03/04/2024"} for n in range(3)]
    found = made("membership", rows, known=True)
    assert all(not isinstance(m.joined_at, datetime) for m in of(Membership, found))
    (reject,) = of(Reject, found)
    assert "(row 2 and 2 more)" in reject.reason
    assert "day_first" in reject.reason
    decided = made("membership", [*rows, {**rows[0], "email": "q@example.org",
                                          "joined_at": "25/03/2024"}], known=True)  # fmt: skip
    assert {m.joined_at.month for m in of(Membership, decided)} == {3, 4}
    told = made("membership", rows, day_first=False)
    assert {m.joined_at.day for m in of(Membership, told)} == {4}


def test_a_column_that_does_not_tell_takes_the_order_of_the_others():
    rows = [{"email": "a@example.org", "joined_at": "03/04/2024", "left_at": "25/12/2024"}]
    (member,) = of(Membership, made("membership", rows, known=True))
    assert member.joined_at == datetime(2024, 4, 3, tzinfo=UTC)


def test_an_event_with_an_unclear_start_is_a_reject():
    rows = [{"title": "Call", "starts_at": "03/04/2024"}]
    (reject,) = made("event", rows, known=True)
    assert "day and month may be either way round" in reject.reason


def test_events_posts_campaigns_documents_and_metrics():
    (_, event) = made(
        "event", [{"title": "Call", "starts_at": "2024-03-04 10:00", "ends_at": "11:30"}],
        timezone="Africa/Nairobi",
    )  # fmt: skip
    assert isinstance(event, Event)
    assert (event.space, event.kind) == ("src", "meeting")
    assert event.ends_at == datetime(2024, 3, 4, 8, 30, tzinfo=UTC)
    post = made("post", [{"title": "Q", "body": "a\nb", "email": "a@example.org", "name": "A",
                          "posted_at": "2024-03-04"}])[-1]  # fmt: skip
    assert isinstance(post, Post)
    assert (post.account, post.author_name, post.thread) == ("a@example.org", "A", post.key)
    assert post.body == "a\nb"
    campaign = made("campaign", [{"title": "May", "sent_count": "1,234"}])[-1]
    assert isinstance(campaign, Campaign)
    assert campaign.sent_count == 1234
    document = made("document", [{"title": "Report", "url": "https://example.org/a"}])[-1]
    assert isinstance(document, Document)
    metric = made("metric", [{"name": "visits", "value": "45 %", "period_start": "2024-03-01"}])[-1]
    assert isinstance(metric, Metric)
    assert (metric.value, metric.period_start, metric.period_end) == (
        0.45, date(2024, 3, 1), date(2024, 3, 1),
    )  # fmt: skip


def test_deliveries_and_reactions_have_their_account():
    account, delivery = made("delivery", [{"campaign": 7, "email": "a@example.org",
                                           "open_count": 2}])  # fmt: skip
    assert isinstance(account, Account)
    assert isinstance(delivery, Delivery)
    assert (delivery.campaign, delivery.account) == ("7", "a@example.org")
    reaction = made("reaction", [{"post": "1", "name": "Ada"}])[-1]
    assert isinstance(reaction, Reaction)
    assert reaction.kind == "like"


def test_rows_without_a_key_have_the_same_one_each_time():
    row = {"title": "Call", "starts_at": "2024-03-04"}
    keys = {made("event", [{**row, "title": title}])[-1].key for title in ("Call", " CALL ")}
    assert len(keys) == 1
    assert made("event", [{**row, "title": "Other"}])[-1].key not in keys
    by = made("event", [row], key=["title"])[-1].key
    assert by == "Call"


def test_spaces_are_told_of_once_and_by_their_columns():
    rows = [{"email": "a@example.org", "space": s} for s in ("x", "y", "x")]
    assert [space.key for space in of(Space, made("membership", rows))] == ["x", "y"]
    (space,) = made("space", [{"key": "x", "title": "The X"}])
    assert (space.title, space.kind) == ("The X", "list")


def test_columns_may_be_joined_or_be_parts_of_an_object():
    columns = {"name": "First + Last", "email": "user.email", "joined_at": "Day + Time"}
    row = {"First": "Ada", "Last": "L", "user": {"email": "a@example.org"}, "Day": "2024-03-04",
           "Time": "10:00"}  # fmt: skip
    found = made("membership", [row], columns=columns)
    assert of(Account, found)[0].name == "Ada L"
    assert of(Membership, found)[0].joined_at == datetime(2024, 3, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("record", "columns", "why"),
    [
        ("membership", {"email": "E", "subject": "S"}, "has no subject"),
        ("membership", {"mail": "E"}, r'has no mail \(did you mean "email"\?\)'),
        ("membership", {"role": "R"}, "needs account or key or email"),
        ("attendance", {"name": "N"}, "needs event or event_title"),
        ("nothing", {"name": "N"}, "record"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_with_what_it_may_have(record, columns, why):
    with pytest.raises(ValidationError, match=why):
        Mapping(record=record, columns=columns)


def test_a_zone_is_known_by_the_names_that_the_hub_takes():
    columns = {"email": "E"}
    named = Mapping(record="membership", columns=columns, timezone="Europe/Geneva")
    assert named.zone.key == "Europe/Zurich"
    with pytest.raises(ValidationError, match="is not a time zone"):
        Mapping(record="membership", columns=columns, timezone="Geneva")


def test_each_record_can_be_mapped():
    assert all(FIELDS.values())


# --- attendance ---

CALL = {"event_title": "Call", "event_starts_at": "2024-03-04 10:00"}


def test_several_stays_are_one_attendance():
    rows = [
        {"email": "a@example.org", "name": "Ada", "joined_at": "2024-03-04 10:00",
         "left_at": "2024-03-04 10:20"},
        {"email": "a@example.org", "name": "Ada", "joined_at": "2024-03-04 10:30",
         "left_at": "2024-03-04 11:00"},
        {"email": "", "name": "Ada (Guest)", "joined_at": "2024-03-04 11:10",
         "left_at": "2024-03-04 11:20"},
        {"email": "", "name": "Bo", "joined_at": "2024-03-04 10:00", "left_at": None},
    ]  # fmt: skip
    found = made("attendance", rows, values=CALL)
    ada, bo = of(Attendance, found)
    assert (ada.account, ada.minutes, ada.visits) == ("a@example.org", 60, 3)
    assert ada.left_at == datetime(2024, 3, 4, 11, 20, tzinfo=UTC)
    assert (bo.account, bo.visits) == ("name:bo", 1)
    assert not isinstance(bo.minutes, float)
    assert {a.key for a in of(Account, found)} == {"a@example.org", "name:bo"}
    (event,) = of(Event, found)
    assert (event.title, event.space) == ("Call", "src")


def test_time_on_two_devices_at_once_counts_once():
    phone = {"name": "Ada", "joined_at": "2024-03-04 10:00", "left_at": "2024-03-04 10:30"}
    laptop = {"name": "Ada", "joined_at": "2024-03-04 10:10", "left_at": "2024-03-04 10:40"}
    (ada,) = of(Attendance, made("attendance", [phone, laptop], values=CALL))
    assert (ada.minutes, ada.visits) == (40, 2)
    rounded = [{**phone, "minutes": "31"}, {**laptop, "minutes": "31"}]
    (ada,) = of(Attendance, made("attendance", rounded, values=CALL))
    assert ada.minutes == 42
    backwards = {**phone, "left_at": "2024-03-04 09:00", "minutes": "31"}
    (ada,) = of(Attendance, made("attendance", [backwards], values=CALL))
    assert ada.minutes == 31


def test_the_same_stay_twice_is_one_but_rows_without_times_are_each_one():
    timed = {"name": "Ada", "joined_at": "2024-03-04 10:00", "minutes": "20"}
    (ada,) = of(Attendance, made("attendance", [timed, timed], values=CALL))
    assert (ada.minutes, ada.visits) == (20, 1)
    plain = {"name": "Ada", "minutes": "20"}
    (ada,) = of(Attendance, made("attendance", [plain, plain], values=CALL))
    assert (ada.minutes, ada.visits) == (40, 2)


def test_who_came_without_an_address_is_nobody_else_of_that_name():
    """Two people of one name are there, and nothing tells which of them it was."""
    rows = [{"email": e, "name": "Ada", "minutes": "10"} for e in ("a@example.org", "b@x.org", "")]
    found = {a.account: a.minutes for a in of(Attendance, made("attendance", rows, values=CALL))}
    assert found == {"a@example.org": 10, "b@x.org": 10, "name:ada": 10}


@pytest.mark.parametrize(
    ("record", "row"),
    [
        ("attendance", {"name": "Ada", "joined_at": "2024-03-04", "left_at": "2024-03-03"}),
        ("membership", {"name": "Ada", "joined_at": "2024-03-04", "left_at": "2024-03-03"}),
        ("event", {"title": "Call", "starts_at": "2024-03-04", "ends_at": "2024-03-03"}),
    ],
)
def test_what_ends_before_it_begins_is_a_reject(record, row):
    """One of its two dates is wrong, and nothing tells which."""
    values = CALL if record == "attendance" else {}
    (reject,) = of(Reject, made(record, [row], values=values))
    assert reject.reason == "a.csv, row 2: it ends before it begins"


def test_who_registered_and_did_not_come_is_told_as_such():
    rows = [
        {"email": "a@example.org", "registered": "yes", "minutes": "0"},
        {"email": "b@example.org", "registered": "yes", "minutes": "30"},
        {"email": "c@example.org", "registered": "", "attended": "No"},
    ]
    found = {a.account: a for a in of(Attendance, made("attendance", rows, values=CALL))}
    assert [(a.registered, a.visits, a.minutes) for a in found.values()] == [
        (True, 0, 0.0), (True, 1, 30.0), (True, 0, 0.0),
    ]  # fmt: skip


def test_names_that_many_share_are_somebody_else_at_each_event():
    rows = [{"name": "Guest 2", "event_title": title} for title in ("One", "Two")]
    rows += [{"name": "1202555****", "event_title": title} for title in ("One", "Two")]
    found = of(Attendance, made("attendance", rows, values={"event_starts_at": "2024-03-04"}))
    assert len({a.account for a in found}) == 4
    assert "1202555" not in repr(found)


def test_an_event_is_known_by_its_title_and_day_not_by_the_room_it_was_in():
    rows = [
        {"name": "Ada", "event_series": "884", "event_title": "Call", "joined_at": f"2024-0{m}-04"}
        for m in (3, 4)
    ]
    one, two = (of(Event, made("attendance", [row]))[0] for row in rows)
    assert one.key != two.key
    assert (one.series, one.starts_at) == ("884", datetime(2024, 3, 4, tzinfo=UTC))
    late = {**rows[0], "joined_at": "2024-03-04 10:30"}
    assert of(Event, made("attendance", [rows[0], late]))[0].key == one.key


def test_a_stay_past_midnight_ends_on_the_day_after():
    rows = [{"name": "Ada", "joined_at": "11:30 PM", "left_at": "12:15 AM"}]
    found = made("attendance", rows, values=CALL, timezone="America/New_York")
    (ada,) = of(Attendance, found)
    assert ada.joined_at == datetime(2024, 3, 5, 4, 30, tzinfo=UTC)
    assert ada.minutes == 45
