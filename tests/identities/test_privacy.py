"""Addresses are masked in one way everywhere."""

from cophub.identities.privacy import mask_address, mask_text, masking


def test_an_address_shows_its_first_letter_and_its_domain():
    assert mask_address("amina@health.example") == "a***@health.example"
    assert mask_address("a@health.example") == "a***@health.example"
    assert mask_address("amina") == "***"


def test_every_address_in_a_text_is_masked():
    text = "list:amina@health.example and <bo+x@mail.example>, not @ alone"
    assert mask_text(text) == "list:a***@health.example and <b***@mail.example>, not @ alone"
    assert mask_text("nobody") == "nobody"


def test_a_masked_text_stays_as_it_is():
    assert mask_text(mask_text("amina@health.example")) == "a***@health.example"


def test_whoever_asked_for_addresses_is_shown_them():
    assert masking(True)("amina@health.example") == "amina@health.example"
    assert masking(False)("amina@health.example") == "a***@health.example"
