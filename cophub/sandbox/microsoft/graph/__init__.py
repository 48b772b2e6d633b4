"""Microsoft Graph: directory, groups, Engage communities and reports; its endpoints register here.

Sites, lists and drives are SharePoint's own state and are answered by the `sharepoint` part.
"""

from cophub.sandbox.microsoft.graph import directory  # noqa: F401 - it holds endpoints
