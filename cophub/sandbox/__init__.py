"""Vendors, emulated over real HTTP on loopback: for the demo, tests, benchmarks and plugin authors.

    with MailchimpSandbox(seed=1) as sandbox:
        httpx.get(f"{sandbox.base_url}/3.0/lists", auth=("any", sandbox.api_key))
        sandbox.advance(days=7)

The people are invented, the data made from the seed, and the clock stands still until it is moved.
"""

from cophub.sandbox.adobeconnect import AdobeConnectSandbox
from cophub.sandbox.goto import GotoSandbox
from cophub.sandbox.groupsio import GroupsioSandbox
from cophub.sandbox.mailchimp import MailchimpSandbox
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.server import Request, Response, Sandbox
from cophub.sandbox.world import Person, World

__all__ = [
    "AdobeConnectSandbox",
    "GotoSandbox",
    "GroupsioSandbox",
    "MailchimpSandbox",
    "MicrosoftSandbox",
    "Person",
    "Request",
    "Response",
    "Sandbox",
    "World",
]
