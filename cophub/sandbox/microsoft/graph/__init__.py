"""Microsoft Graph: directory, groups, Engage communities and reports; its endpoints register here.

Sites, lists and drives are SharePoint's own state and are answered by the `sharepoint` part.
"""

from cophub.sandbox.microsoft.graph import (  # noqa: F401 - they hold endpoints
    delta,
    directory,
    engage,
    reports,
)
