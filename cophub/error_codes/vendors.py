"""What goes wrong at a vendor, on the way there, and with what it gives."""

from cophub.error_codes.entry import ErrorCode
from cophub.error_codes.names import (
    AUTH,
    AWAY,
    BUDGET,
    CERTIFICATE_ENDED,
    CREDENTIALS,
    CURSOR,
    CUT_OFF,
    FIELD_FORM,
    FIELD_MISSING,
    HELD,
    ITEM,
    LED_ASTRAY,
    MAIL_SERVER,
    NO_CONNECTION,
    NOT_KEPT,
    NOT_RECORDED,
    NOT_THERE,
    NOT_TRIED,
    NOT_UNDERSTOOD,
    NOTHING_CAME,
    PAGING,
    PERMISSION,
    REFUSED_WITHOUT_WORD,
    SIGN_IN,
    SITE_SIGN_IN,
    TIMEOUT,
    TOO_FAST,
    TOO_LARGE,
    UNTRUSTED,
    VENDOR_FAULT,
)

_NEXT_RUN = "the next run tries again; to see it now: cophub check SOURCE"

ENTRIES = (
    ErrorCode(
        AUTH,
        "A vendor refused the credentials or a permission",
        "A key was revoked or has run out, or the account may not read what is asked for.",
        "Let the account's owner renew it, then `cophub check SOURCE`.",
    ),
    ErrorCode(
        CREDENTIALS,
        "A vendor does not know the key, user or password (401)",
        "The key was revoked, was not copied whole, is for another host, or the password was"
        " changed.",
        "Make a new key at the vendor, set it where plugins.toml says, then `cophub check SOURCE`.",
        "renew the key at the vendor, then: cophub check SOURCE",
    ),
    ErrorCode(
        PERMISSION,
        "A vendor does not let the account read this (403)",
        "The account or app lacks a permission or role, was taken out of the group, or an"
        " administrator has not given consent.",
        "`cophub check SOURCE` tells which stream lacks which permission; let its owner or an"
        " administrator grant it.",
        "let the account's owner grant what is missing, then: cophub check SOURCE",
    ),
    ErrorCode(
        SIGN_IN,
        "A sign-in has ended, or nobody has signed in yet",
        "The sign-in was not used for long, was revoked, the password was changed, or a policy"
        " limits how long one lasts.",
        "`cophub sign-in SOURCE`, then `cophub sync SOURCE`.",
        "cophub sign-in SOURCE, and then: cophub sync SOURCE",
    ),
    ErrorCode(
        REFUSED_WITHOUT_WORD,
        "A vendor refuses without saying why (403 without a body)",
        "Either the account lacks a permission, or the vendor has blocked it for asking too fast.",
        "Wait for an hour and run `cophub check SOURCE`. If it is refused still, look at the"
        " account's permissions.",
    ),
    ErrorCode(
        CERTIFICATE_ENDED,
        "The certificate or secret of an app has run out",
        "Secrets and certificates of apps end on a day that was chosen when they were made.",
        "Make a new one, upload it to the app registration, set it in plugins.toml, then `cophub"
        " check SOURCE`.",
        "make a new certificate or secret, then: cophub check SOURCE",
    ),
    ErrorCode(
        SITE_SIGN_IN,
        "Nobody can sign in to the site",
        "The service that people sign in by is away, or answers with what cannot be accepted: the"
        " secret of the app has run out, or `issuer` or `client_id` is not the app's.",
        "The log of `cophub serve` says which. Correct `[serve.sign_in]` and start it again;"
        " [signing in to the site](sign-in.md) tells what to look for.",
    ),
    ErrorCode(
        AWAY,
        "A vendor did not answer, or not as it should",
        "It is away, or its answer is not whole.",
        "Nothing: the next run goes on from the last checkpoint. After days, ask the vendor.",
        _NEXT_RUN,
    ),
    ErrorCode(
        CURSOR,
        "A vendor no longer accepts the stored cursor",
        "Too long a time has passed since the last run, the vendor forgot it, or a setting"
        " changed that all records depend on.",
        "Nothing: the stream is read whole again by itself.",
    ),
    ErrorCode(
        NO_CONNECTION,
        "No connection to a vendor",
        "This machine has no network, its name is not known (DNS), a proxy or firewall is in the"
        " way, or the vendor is away.",
        "See whether this machine reaches the host that the line names. The next run tries again.",
        _NEXT_RUN,
    ),
    ErrorCode(
        TIMEOUT,
        "A vendor took too long",
        "It is overloaded or hangs, or the network loses packets.",
        "Nothing: the next run goes on from the last checkpoint. After days, ask the vendor.",
        _NEXT_RUN,
    ),
    ErrorCode(
        VENDOR_FAULT,
        "A vendor answers with an error of its own, again and again (5xx)",
        "Something is broken there, or it is being worked on.",
        "Nothing: the next run goes on from the last checkpoint. Its status page may tell more.",
        _NEXT_RUN,
    ),
    ErrorCode(
        TOO_FAST,
        "A vendor has had too many requests (429)",
        "Other programs use the same account, or its limit has been lowered.",
        "Nothing: the next run goes on. If it stays: run it less often, or give cophub an"
        " account of its own.",
        _NEXT_RUN,
    ),
    ErrorCode(
        BUDGET,
        "The time of a run is used up, or it was stopped while it waited",
        "The vendor asked to wait for longer than a run lasts, or there is more to read than"
        " fits one run.",
        "Nothing: the next run goes on from the last checkpoint.",
        "the next run goes on; at once: cophub sync SOURCE",
    ),
    ErrorCode(
        UNTRUSTED,
        "The certificate of a host is not trusted",
        "It has run out or is for another name, your organisation's proxy opens connections with"
        " one of its own, or somebody is in between.",
        "Ask who runs the host. For an organisation's own authority, name its file in"
        " `SSL_CERT_FILE`.",
        "check the host's certificate, then: cophub check SOURCE",
    ),
    ErrorCode(
        NOT_UNDERSTOOD,
        "An answer is not what the vendor documents",
        "The address is not that of its API, a login page or a proxy answered in its place, or"
        " the vendor changed its API.",
        "See whether the address in plugins.toml is the one of the API. If it is, update cophub,"
        " or tell the connector's author.",
        "cophub check SOURCE, and where that is well: update cophub",
    ),
    ErrorCode(
        CUT_OFF,
        "An answer broke off",
        "The network, a proxy or the vendor closed the connection before the end.",
        "Nothing: the next run reads it again.",
        _NEXT_RUN,
    ),
    ErrorCode(
        NOTHING_CAME,
        "A vendor answered with nothing where there was much before",
        "Mostly a permission is gone, so that lists are empty rather than refused. Nothing was"
        " changed.",
        "Look at the account's permissions, then `cophub sync SOURCE`. If all was really"
        " deleted: `cophub sync SOURCE --full --accept-departures`.",
        "look at the account's permissions, then: cophub sync SOURCE",
    ),
    ErrorCode(
        PAGING,
        "The pages of a listing do not go together",
        "The vendor gave the same page twice, a page without what the next one is asked by, or a"
        " next link to another host. The listing counts as unfinished.",
        "See whether `base_url` is the host that the vendor's own links name. If it is, tell the"
        " connector's author.",
    ),
    ErrorCode(
        NOT_THERE,
        "A vendor has nothing at that address, or does not accept the request (4xx)",
        "A site, list or group was renamed or deleted, the address is wrong, or the vendor"
        " changed its API.",
        "`cophub discover SOURCE` lists what there is; correct the address or key in plugins.toml.",
        "cophub discover SOURCE, and correct plugins.toml",
    ),
    ErrorCode(
        LED_ASTRAY,
        "A vendor sends requests on without end, or to a host that must not have them",
        "The address in plugins.toml is an old one, or the vendor moved. Credentials were not"
        " sent there.",
        "Take the address that the vendor names today.",
    ),
    ErrorCode(
        MAIL_SERVER,
        "The mail server cannot be used, or did not take everything",
        "It is away, its name or port is wrong, or it refused some recipients. What was not"
        " taken waits.",
        "Nothing: the next run sends it. If it stays, compare host and port with those of your"
        " mail's administrator.",
    ),
    ErrorCode(
        NOT_TRIED,
        "A stream was not tried, because the vendor was silent to the one before",
        "Each stream would wait for it as long as the first did, to learn the same.",
        "See the stream that the line names. The next run tries all of them.",
        _NEXT_RUN,
    ),
    ErrorCode(
        NOT_RECORDED,
        "What was asked is not among the recorded answers",
        "The recording is of an older version, of other settings, or was ended early.",
        "Record it again.",
    ),
    ErrorCode(
        TOO_LARGE,
        "An answer is larger than there is room for",
        "The vendor, or who stands between, answered with hundreds of megabytes where a page is"
        " wanted, or with little that unpacks to very much, as is made to harm. It was not read.",
        "Look at the address in a browser. If it is right, tell whoever runs the vendor's side.",
    ),
    ErrorCode(
        HELD,
        "A run is held: it would end more memberships than is easy to believe",
        "The vendor's answer lacks many members that it had before. Mostly something is wrong"
        " there, such as a permission that is gone. Nothing was ended.",
        "Look at it; if it is true: `cophub sync SOURCE --accept-departures`.",
    ),
    ErrorCode(
        ITEM,
        "An item was not understood",
        "It has a form that the connector does not know. It is kept aside, the others are read.",
        "`cophub rejects --source SOURCE --items` shows it; tell the connector's author.",
    ),
    ErrorCode(
        FIELD_MISSING,
        "An item lacks a field",
        "The vendor left out what the connector takes the item's name, date or key from.",
        "`cophub rejects --source SOURCE --items` shows it. Of files and sheets, compare the"
        " columns with the settings.",
    ),
    ErrorCode(
        FIELD_FORM,
        "A field of an item has another form than the vendor documents",
        "A text is where a number or date is expected, or the other way round.",
        "`cophub rejects --source SOURCE --items` shows it; correct it at the vendor, or tell"
        " the connector's author.",
    ),
    ErrorCode(
        NOT_KEPT,
        "A record has a value that the warehouse cannot keep",
        "A key is empty, a date is impossible, or a text holds what no database takes.",
        "`cophub rejects --source SOURCE --items` shows it; correct it at the vendor.",
    ),
)

__all__ = ["ENTRIES"]
