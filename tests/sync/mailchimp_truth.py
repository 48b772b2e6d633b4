"""What a small emulated MailChimp account holds, held against a warehouse."""

from cophub.connectors.mailchimp.parse import STATUS
from cophub.sandbox import MailchimpSandbox
from tests.sync.rows import Rows


def assert_true(rows: Rows, box: MailchimpSandbox) -> None:
    """The rows say what the vendor knows: who is in, what went out, and what people did."""
    truth = box.truth()
    there = {
        (m["space"], m["account"]): m["status"] for m in rows["membership"] if not m["gone_at"]
    }
    assert there == {
        (space, key): STATUS[member["status"]]
        for space, audience in truth["audiences"].items()
        for key, member in audience["members"].items()
        if STATUS[member["status"]]
    }
    counted = {c["key"]: (c["sent_count"], c["open_count"]) for c in rows["campaign"]}
    assert counted == {k: (r["emails_sent"], r["opens"]) for k, r in truth["reports"].items()}
    acts = {(row["campaign"], row["account"]): row["open_count"] or 0 for row in rows["delivery"]}
    told = {
        (campaign, account): delivery["opens"]
        for campaign, deliveries in truth["deliveries"].items()
        for account, delivery in deliveries.items()
    }
    # The vendor forgets what people did whom it was told to forget; a past quarter stays as it was.
    assert {key: acts.get(key) for key in told} == told
