"""Limits that contradict themselves are refused; names of the package load when they are asked."""

import subprocess
import sys

import pytest

import cophub.http
from cophub import ConfigError
from cophub.http import Limits, Transport
from cophub.http.limits import Budget


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"tries": 0}, "tries is 0"),
        ({"concurrency": 0}, "concurrency is 0"),
        ({"budget": -1}, "budget is -1"),
        ({"read_timeout": 0}, "read_timeout is 0"),
        ({"rate": ((0, 1.0),)}, r"rate \(0, 1.0\)"),
        ({"rate": ((10, 1.0), (5, 60.0))}, "contradicts itself"),
        ({"lanes": (("/x", ((0, 1.0),)),)}, r"rate \(0, 1.0\)"),
        ({"lanes": (("/x", ((10, 1.0), (5, 60.0))),)}, "contradicts itself"),
        ({"lanes": (("x", ()),)}, "lane 'x' is no path"),
    ],
)
def test_a_limit_that_cannot_be_kept_is_refused_by_name(options, names):
    with pytest.raises(ConfigError, match=names):
        Transport(Limits(**options))


def test_time_that_two_requests_share_is_spent_once(time_):
    budget = Budget(100, time_.clock)
    with budget.running():
        time_.now += 10
        with budget.running():
            time_.now += 10
        assert budget.left() == 80
        time_.now += 10
    time_.now += 1000
    assert budget.left() == 70


def test_every_public_name_is_there():
    for name in cophub.http.__all__:
        assert getattr(cophub.http, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = cophub.http.nonsense


def test_declaring_limits_loads_no_client():
    """A plugin is imported to read its name and settings, long before anything is fetched."""
    code = (
        "import sys; from cophub.http import Limits, parse_each; Limits();"
        "print(sorted({'httpx', 'requests', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_requests_is_loaded_by_a_session_only():
    code = (
        "import sys; from cophub.http import Transport; t = Transport(); t.client();"
        "before = 'requests' in sys.modules; t.session();"
        "print(before, 'requests' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
