"""What goes wrong with plugins.toml, with what a command is given, and with plugins."""

from cophub.error_codes.entry import ErrorCode
from cophub.error_codes.names import (
    ASKED,
    CONFIG,
    NO_CONFIG,
    NOT_GUARDED,
    NOT_TOML,
    PART_FAILED,
    PIPELINE_CLASH,
    PLUGIN,
    PLUGIN_FAILED,
    PORT,
    SEALED,
    SECRET_AWAY,
    SECRET_OPEN,
    SITE_FOLDER,
    UNKNOWN_KEY,
    UNKNOWN_NAME,
    VALUE,
    VARIABLE_NOT_SET,
)

ENTRIES = (
    ErrorCode(
        CONFIG,
        "plugins.toml is wrong",
        "A key or table is missing, two settings do not go together, or what was named is not"
        " there.",
        "Correct the place that the line names, then `cophub check`.",
        "correct plugins.toml, then: cophub check SOURCE",
    ),
    ErrorCode(
        VARIABLE_NOT_SET,
        "An environment variable is not set",
        'A setting says `{ env = "NAME" }`, and this terminal or service does not have it, or'
        " it is empty. Services do not read the files of your shell.",
        "Set it where cophub is started: `export NAME=...`, or `Environment=` and"
        " `EnvironmentFile=` of the service.",
        "set the variable where cophub is started, then: cophub sync SOURCE",
    ),
    ErrorCode(
        UNKNOWN_KEY,
        "plugins.toml has a key that nobody knows",
        "It is misspelled, stands in another table than it belongs to, or is of a newer version.",
        "Take the key that the line proposes; `cophub connectors show NAME` lists the settings"
        " of a connector.",
    ),
    ErrorCode(
        NO_CONFIG,
        "plugins.toml cannot be read",
        "There is no such file here, it is a folder, or this user may not read it.",
        "Go to its folder, name it with `--config`, or write one with `cophub init`.",
    ),
    ErrorCode(
        NOT_TOML,
        "plugins.toml is not TOML",
        "A quote or bracket is missing, a key is there twice, a path has single backslashes, or"
        " the file is not UTF-8.",
        "Correct the line that is named. Put text between quotes; write paths with `/`.",
    ),
    ErrorCode(
        UNKNOWN_NAME,
        "There is no source, connector, stream or pipeline of that name",
        "It is misspelled, or the plugin that brings it is not installed here.",
        "Take the name that the line proposes; `cophub connectors` and `cophub plugins list`"
        " show what there is.",
    ),
    ErrorCode(
        SITE_FOLDER,
        "The site cannot be written",
        "The folder is full, belongs to somebody else, or holds files that cophub did not write.",
        "Make room or give rights there, or name another folder as `site` under `[hub]`.",
    ),
    ErrorCode(
        SEALED,
        "Sign-ins cannot be decrypted",
        "`COPHUB_KEY` is not set, is too short, or is not the one that the sign-in was written"
        " with, and there is no keyring.",
        "Set `COPHUB_KEY` as it was. If it is lost: set a new one, delete the folder `tokens`,"
        " and sign in again.",
        "set COPHUB_KEY where cophub is started, then: cophub sync SOURCE",
    ),
    ErrorCode(
        PORT,
        "A port cannot be used",
        "Another program, maybe another `cophub serve`, listens there, or it is below 1024.",
        "Take another one with `--port`.",
    ),
    ErrorCode(
        ASKED,
        "The command asks for what is not there, or in a form that is not understood",
        "A person, day, file, format or number that was given to the command is not one that it"
        " can use.",
        "Read the line: it tells the form, or the command that lists what there is.",
    ),
    ErrorCode(
        VALUE,
        "A value in plugins.toml has the wrong form",
        "It is text where a number is wanted, is out of bounds, lacks a key, or the plugin that"
        " it is for refuses it.",
        "Correct the place that the line names; `cophub connectors show NAME` lists the settings"
        " of a connector.",
        "correct plugins.toml, then: cophub check SOURCE",
    ),
    ErrorCode(
        SECRET_AWAY,
        "A secret is not where plugins.toml says",
        'A setting says `{ file = "path" }` or `{ keyring = "service/user" }`, and the file or the'
        " entry is not there, is empty, or cannot be read by this user; services mostly have no"
        " keyring.",
        "Write the value there, or keep it in a variable: `{ env = ... }`.",
        "put the secret where plugins.toml says, then: cophub check SOURCE",
    ),
    ErrorCode(
        SECRET_OPEN,
        "Others may read a secret",
        "A file that holds a secret, plugins.toml or the one that `{ file = ... }` names, may be"
        " read or changed by other users of the machine, or belongs to one of them.",
        "`chmod 600` the file that the line names, and change the secret at the vendor if others"
        " may have seen it.",
        "chmod 600 the file that holds the secret, then: cophub check SOURCE",
    ),
    ErrorCode(
        NOT_GUARDED,
        "The site would be open to whoever reaches it",
        "`[serve]` or `--host` lets others in without a sign-in, or would show in clear what they"
        " read and who they are, or its certificate cannot be used.",
        "Do what the line says; [signing in to the site](sign-in.md) shows a whole `[serve]`.",
    ),
    ErrorCode(
        PLUGIN,
        "A plugin is broken or breaks the contract",
        "It cannot be imported, or yields what the contract does not allow. Everything else works.",
        "Update or remove the plugin, or tell its author the line. `cophub plugins list` shows it.",
    ),
    ErrorCode(
        PLUGIN_FAILED,
        "A connector failed with an error of its own",
        "Mostly the vendor answered with something that its author had not met. What was read"
        " before stays.",
        "Tell its author the line, with the log of `--log-level debug`. Other sources and"
        " streams go on.",
        "tell its author, with the log of: cophub sync SOURCE --log-level debug",
    ),
    ErrorCode(
        PIPELINE_CLASH,
        "Two pipelines get in each other's way",
        "They write the same file, write outside the site folder, or each waits for the other.",
        "Update or remove the plugin that came last; `cophub plugins list` shows where each is"
        " from.",
    ),
    ErrorCode(
        PART_FAILED,
        "A page that a plugin adds to the site could not be made",
        "Its code raised, or yields what a page cannot show or its readers may not know. The page"
        " says so; all others are there.",
        "Tell its author the line, with the log of `--log-level debug`; or take the plugin out.",
    ),
)

__all__ = ["ENTRIES"]
