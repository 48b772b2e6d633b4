"""What happens in an emulated tenant between two syncs, and while one reads it."""

from cophub.sandbox import MicrosoftSandbox
from tests.sync.tenant_truth import BOARD, EVENTS, LIBRARY, PAGES


def things_go(box: MicrosoftSandbox) -> None:
    """Three days later: people left, and of everything something was deleted."""
    box.advance(days=3)
    for number, group in enumerate(box.tenant.communities):
        site = box.sharepoint.site(number)
        with box.changing():
            for guid in list(group.members)[3:5]:
                box.tenant.leave(group, box.tenant.users[guid])
            for of in site.lists.values():
                old = [one for one in of.items.values() if one.created <= box.world.now]
                # Half of a small calendar may be one series: that many at once are not believed.
                old = [one for one in old if not one.folder and not one.fields.get("fRecurrence")]
                if of.template in (LIBRARY, BOARD, EVENTS, PAGES) and old:
                    box.sharepoint.delete_item(site, old[-1], of.title)
            for item in [one for of in site.lists.values() for one in of.items.values()]:
                if item.comments:
                    box.sharepoint.delete_comment(item, item.comments[0])
                    break
        for key in written(box, group.yammer_id)[1:3]:
            box.yammer.delete(key)
        box.yammer.post(group, "What is left of it?")
    box.advance(hours=1)  # an export does not yet tell of its last instant


def cursors_end(box: MicrosoftSandbox) -> None:
    """Twelve days later no cursor is good any more, and what was deleted is told by nobody."""
    box.advance(days=9)
    things_go(box)
    box.expire_cursors()


def nothing(box: MicrosoftSandbox) -> None:
    """The tenant as it is found."""


def written(box: MicrosoftSandbox, group: int) -> list[int]:
    messages = box.truth()["yammer"]["messages"]
    return [one["id"] for one in messages if one["group"] == group and not one["deleted"]]


def somebody_writes(box: MicrosoftSandbox, number: int) -> None:
    """Somebody writes, and by turns a topic, a file or a message is deleted."""
    box.advance(seconds=1)
    group = box.tenant.communities[number % 2]
    site = box.sharepoint.site(number % 2)
    box.sharepoint.start_topic(site, f"Meanwhile {number}")
    box.yammer.post(group, f"Meanwhile {number}")
    for of in site.lists.values():
        items = [one for one in of.items.values() if not one.folder]
        if of.template == (LIBRARY, BOARD)[number // 5 % 2] and len(items) > 4:
            box.sharepoint.delete_item(site, items[len(items) // 2], of.title)
