"""Names of time zones as people write them."""

import pytest

from cophub.zones import known_zone


def test_geneva_is_zurich_which_the_list_has():
    assert known_zone("Europe/Geneva").key == "Europe/Zurich"
    assert known_zone("Africa/Nairobi").key == "Africa/Nairobi"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Geneva", '"Europe/Zurich"'),
        ("geneva", '"Europe/Zurich"'),
        ("Zurich", '"Europe/Zurich"'),
        ("Europe/Zürich", '"Europe/Zurich"'),
        ("Europe/Nairobi", '"Africa/Nairobi"'),
        ("Europe/Pariss", '"Europe/Paris"'),
        ("Europe/Switzerland", '"Europe/Zurich"'),
        ("Suisse", '"Europe/Zurich"'),
        ("Congo-Kinshasa", '"Africa/Kinshasa" or "Africa/Lubumbashi"'),
    ],
)
def test_what_is_meant_is_told(written: str, meant: str):
    with pytest.raises(ValueError, match="is not a time zone") as told:
        known_zone(written)
    assert f"(did you mean {meant}?)" in str(told.value)


@pytest.mark.parametrize("written", ["Europe/Bern", "Asia/Beijing", "Africa/Abuja", ""])
def test_no_other_place_is_told_for_a_capital_without_a_zone(written: str):
    with pytest.raises(ValueError, match="country's largest city") as told:
        known_zone(written)
    assert "did you mean" not in str(told.value)
