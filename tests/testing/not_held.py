"""What the built-in connectors cannot be held to, and why; docs/connector-promises.md shows it.

Each line has a reason, the promises and the streams, as `connector.stream`; a connector alone
stands for what it promises as a whole. In names of two words there is a `_`. `promise@part` is a
promise that breaks only where this is part of the address.
"""

Line = tuple[str, str, str]

EXCUSED: tuple[Line, ...] = (
    (
        "A site that answers 401 keeps its authors to itself, and posts have none then.",
        "401", "feed.posts",
    ),
    (
        "An archive that holds a message twice holds one more, and the list says how many; the"
        " post is one.",
        "duplicated", "mailarchive.posts",
    ),
    (
        "Where a group's archive cannot be had, the stream `messages` tells the same posts by the"
        " API in that run; the archive would come too late.",
        "cut 429 500", "dgroups.archive",
    ),
    (
        "What lists there are decides what is read. Microsoft's own client reads that answer whole"
        " or not at all; of a site whose lists cannot be read nothing is taken and nothing ends.",
        "bad_item@/Web/lists",
        "sharepoint.lists sharepoint.documents sharepoint.pages sharepoint.discussions"
        " sharepoint.events",
    ),
    (
        "It shows the first records of each stream as they would be, and two streams may have the"
        " same ids.",
        "discover", "rest",
    ),
    (
        "The vendor tells no changes: all of it is read each time, and the cursor only says what"
        " was there.",
        "onward", "adobeconnect.content gotomeeting.upcoming singer.records",
    ),
    (
        "A site with a directory group in it is read each time: its log does not tell who is in"
        " such a group.",
        "onward", "sharepoint.members",
    ),
    ("Without lists in the settings there are only today's counts.", "onward", "sharepoint.lists"),
)  # fmt: skip
"""Promises that break by the nature of the vendor."""

NOT_TRIED: tuple[Line, ...] = (
    (
        "no answer is a list of items that can be taken apart",
        "bad_item",
        "mailarchive.posts",
    ),
    (
        "no answer is a list of items that can be taken apart",
        "duplicated reordered bad_item",
        "sharepoint.sites singer.records",
    ),
    (
        "no answer is a list of items that can be taken apart",
        "reordered",
        "dgroups-archive.communities",
    ),
    (
        "no listing has a second page",
        "repeated",
        "adobeconnect.attendance adobeconnect.content adobeconnect.groups "
        "adobeconnect.rooms adobeconnect.sessions calendar.events "
        "dgroups-archive.calendar dgroups-archive.communities dgroups-archive.library "
        "dgroups-archive.members dgroups.archive dgroups.events dgroups.files "
        "dgroups.groups feed.posts files.rows gotomeeting.meetings "
        "gotomeeting.organizers gotomeeting.upcoming gotomeeting.webinars "
        "mailarchive.posts mailchimp.audiences mailchimp.campaigns mailchimp.growth "
        "mailchimp.members mailchimp.reports mailman.lists mailman.votes "
        "sharepoint.discussions sharepoint.documents sharepoint.events sharepoint.lists "
        "sharepoint.members sharepoint.pages sharepoint.sites sharepoint.usage "
        "singer.records yammer.groups yammer.history yammer.members yammer.messages "
        "yammer.usage",
    ),
    (
        "no record came",
        "onward",
        "dgroups.groups",
    ),
    (
        "the cursor is a state, and no point in time; give future={stream: cursor}",
        "future",
        "adobeconnect.attendance adobeconnect.content adobeconnect.sessions "
        "calendar.events dgroups.activity dgroups.archive dgroups.events dgroups.files "
        "dgroups.groups dgroups.members dgroups.messages feed.posts files.rows "
        "gotomeeting.meetings gotomeeting.upcoming gotomeeting.webinars "
        "mailarchive.posts mailchimp.activity mailchimp.campaigns mailchimp.members "
        "mailchimp.reports mailman.members mailman.posts mailman.votes rest.records "
        "sharepoint.discussions sharepoint.documents sharepoint.events sharepoint.lists "
        "sharepoint.members sharepoint.pages sharepoint.usage singer.records "
        "yammer.history yammer.members yammer.messages",
    ),
    (
        "the settings have no SecretStr of 6 or more signs",
        "secrets",
        "calendar.events feed.posts files.rows mailarchive.posts rest.records singer.records",
    ),
    (
        "the stream asks for nothing",
        "hosts cut 429 500 401",
        "singer.records",
    ),
    (
        "the stream has no checkpoints: it is read whole",
        "cursors resume onward future",
        "adobeconnect.groups adobeconnect.rooms dgroups-archive.calendar "
        "dgroups-archive.communities dgroups-archive.library dgroups-archive.members "
        "gotomeeting.organizers mailchimp.audiences mailchimp.growth mailman.lists "
        "sharepoint.sites yammer.groups yammer.usage",
    ),
    (
        "the stream says of nobody that they left, or nothing disturbed could be tried",
        "departures",
        "adobeconnect.attendance adobeconnect.sessions calendar.events "
        "dgroups-archive.communities dgroups.activity dgroups.archive dgroups.events "
        "dgroups.groups gotomeeting.meetings gotomeeting.organizers "
        "gotomeeting.webinars mailarchive.posts mailchimp.activity mailchimp.campaigns "
        "mailchimp.growth mailchimp.reports mailman.posts mailman.votes "
        "sharepoint.lists sharepoint.usage singer.records yammer.groups yammer.history "
        "yammer.messages yammer.usage",
    ),
)
"""Promises that cannot be tried; the reason is what `check_connector` says."""
