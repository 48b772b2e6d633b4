"""The settings of a MailChimp source."""

import pytest
from pydantic import ValidationError

from cophub.connectors.mailchimp import Settings


def test_the_key_names_the_data_centre():
    assert Settings(api_key="0123456789abcdef-us21").host == "https://us21.api.mailchimp.com"


def test_base_url_takes_the_place_of_the_data_centre():
    settings = Settings(api_key="k-us1", base_url="http://127.0.0.1:4010/")
    assert settings.host == "http://127.0.0.1:4010"


@pytest.mark.parametrize(
    "key", ["0123456789abcdef", "", "abc-", "a-b-us1", "abc-us1.example.org/x"]
)
def test_a_key_that_was_not_copied_whole_is_refused_in_one_line_without_the_key(key: str):
    with pytest.raises(ValidationError) as caught:
        Settings(api_key=key)
    (error,) = caught.value.errors(include_input=False, include_url=False)
    assert error["loc"] == ("api_key",)
    assert "-us21" in error["msg"]
    assert "\n" not in error["msg"]
    assert key == "" or key not in error["msg"]


def test_a_misspelled_setting_is_refused():
    with pytest.raises(ValidationError, match="audience"):
        Settings(api_key="k-us1", audience=["x"])


def test_one_audience_or_merge_field_needs_no_list():
    settings = Settings(api_key="k-us1", audiences="News", merge_fields={"country": "PAYS"})
    assert settings.audiences == ["News"]
    assert settings.merge_fields.country == ["PAYS"]


def test_every_setting_is_described():
    for model in (Settings, Settings.model_fields["merge_fields"].annotation):
        for name, field in model.model_fields.items():  # type: ignore[union-attr]
            assert field.description, f"{name} has no description"
