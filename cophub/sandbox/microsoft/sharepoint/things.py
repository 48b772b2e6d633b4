"""Sites, lists, users, groups, files and folders as the REST API shows them."""

from typing import Any
from urllib.parse import quote

from cophub.sandbox.microsoft.sharepoint.asking import Ask, invalid
from cophub.sandbox.microsoft.sharepoint.changelog import LIST, SITE, WEB
from cophub.sandbox.microsoft.sharepoint.odata import Many, Plain, Thing
from cophub.sandbox.microsoft.sharepoint.state import (
    KINDS,
    PAGES,
    Column,
    Item,
    SiteGroup,
    SiteUser,
    SPList,
)
from cophub.sandbox.microsoft.sharepoint.values import utc

NONE = "00000000-0000-0000-0000-000000000000"
UPN_ISSUER = "urn:federation:microsoftonline"
NEVER = "0001-01-01T00:00:00"


def chosen(ask: Ask, thing: Thing, *, extra: dict[str, Any] | None = None) -> Thing:
    """The thing with the fields of $select; `extra` ones come only when named."""
    names = [name for name in ask.selected if name != "*"]
    if extra and "*" not in ask.selected:
        thing.data |= {name: extra[name] for name in names if name in extra}
    if not names or "*" in ask.selected:
        return thing
    known = {name.lower(): name for name in thing.data}
    expanded = {each.split("/")[0].lower() for each in ask.expanded}
    data: dict[str, Any] = {}
    for name in names:
        first = name.split("/")[0]
        if first.lower() not in known:
            raise invalid(
                f"The field or property '{first}' does not exist.",
                "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
            )
        data[known[first.lower()]] = thing.data[known[first.lower()]]
    data |= {known[each]: thing.data[known[each]] for each in expanded if each in known}
    thing.data = data
    return thing


def token(value: str) -> Plain:
    """A change token."""
    return Plain({"StringValue": value}, "SP.ChangeToken")


def path_of(path: str) -> Plain:
    """A decoded path."""
    return Plain({"DecodedUrl": path}, "SP.ResourcePath")


def site_thing(ask: Ask) -> Thing:
    """SP.Site."""
    site = ask.site
    group = site.group.id if site.group else NONE
    data = {
        "AllowDesigner": True, "ChannelGroupId": NONE, "Classification": "",
        "CompatibilityLevel": 15,
        "CurrentChangeToken": token(site.log.token(SITE, ask.now)),
        "GeoLocation": "EUR", "GroupId": group, "HubSiteId": site.hub_id or NONE, "Id": site.id,
        "IsHubSite": site.hub_id == site.id, "LockIssue": None,
        "MaxItemsPerThrottledOperation": 5000, "PrimaryUri": site.url, "ReadOnly": False,
        "ResourcePath": path_of(site.url), "SensitivityLabel": NONE,
        "ServerRelativeUrl": site.path, "ShareByEmailEnabled": True, "TrimAuditLog": True,
        "UpgradeReminderDate": "1899-12-30T00:00:00", "Url": site.url, "WriteLocked": False,
    }  # fmt: skip
    return chosen(ask, Thing(data, "SP.Site", "Site", links=("RootWeb", "Owner", "EventReceivers")))


def web_thing(ask: Ask) -> Thing:
    """SP.Web."""
    site = ask.site
    data = {
        "AllowRssFeeds": True, "AlternateCssUrl": "", "AppInstanceId": NONE, "Configuration": 0,
        "Created": utc(site.created)[:-1],  # without a Z, and yet in UTC
        "CurrentChangeToken": token(site.log.token(WEB, ask.now)),
        "CustomMasterUrl": f"{site.path}/_catalogs/masterpage/seattle.master",
        "Description": site.description, "EnableMinimalDownload": False, "Id": site.web_id,
        "IsHomepageModernized": False, "IsMultilingual": True, "Language": site.language,
        "LastItemModifiedDate": utc(site.modified), "LastItemUserModifiedDate": utc(site.modified),
        "NoCrawl": False, "QuickLaunchEnabled": True, "RecycleBinEnabled": True,
        "ResourcePath": path_of(site.url), "ServerRelativeUrl": site.path, "SiteLogoUrl": None,
        "SyndicationEnabled": True, "Title": site.title, "TreeViewEnabled": False,
        "UIVersion": 15, "Url": site.url, "WebTemplate": "GROUP",
    }  # fmt: skip
    links = ("Lists", "SiteUsers", "SiteGroups", "RegionalSettings", "RootFolder", "CurrentUser")
    return chosen(ask, Thing(data, "SP.Web", "Web", links=links))


def list_thing(ask: Ask, of: SPList) -> Thing:
    """SP.List."""
    site = ask.site
    count = len(site.users) if of.template == 112 else len(of.items)
    data: dict[str, Any] = {
        "AllowContentTypes": True, "BaseTemplate": of.template,
        "BaseType": 1 if of.library else 0, "ContentTypesEnabled": of.library,
        "Created": utc(of.created),
        "CurrentChangeToken": token(site.log.token(LIST, ask.now, of.id)),
        "DefaultContentApprovalWorkflowId": NONE, "Description": of.description,
        "Direction": "none", "DisableCommenting": False, "DocumentTemplateUrl": None,
        "DraftVersionVisibility": 0, "EnableAttachments": not of.library,
        "EnableFolderCreation": of.library, "EnableMinorVersions": of.template == PAGES,
        "EnableModeration": False, "EnableVersioning": True, "EntityTypeName": of.entity,
        "ForceCheckout": False, "HasExternalDataSource": False, "Hidden": of.hidden, "Id": of.id,
        "ImagePath": path_of("/_layouts/15/images/itgen.png?rev=47"),
        "ImageUrl": "/_layouts/15/images/itgen.png?rev=47", "IsApplicationList": False,
        "IsCatalog": of.template == 112, "IsPrivate": False, "ItemCount": count,
        "LastItemDeletedDate": utc(of.deleted_at or of.created),
        "LastItemModifiedDate": utc(of.modified), "LastItemUserModifiedDate": utc(of.modified),
        "ListExperienceOptions": 0, "ListItemEntityTypeFullName": f"SP.Data.{of.entity}Item",
        "MajorVersionLimit": 50, "MajorWithMinorVersionsLimit": 0, "NoCrawl": False,
        "ParentWebPath": path_of(site.path), "ParentWebUrl": site.path, "ParserDisabled": False,
        "ServerTemplateCanCreateFolders": True, "TemplateFeatureId": NONE, "Title": of.title,
    }  # fmt: skip
    if ask.expands("RootFolder"):
        data["RootFolder"] = folder_thing(ask, of.root, count)
    if ask.expands("Fields"):
        data["Fields"] = Many([field_thing(of, each) for each in of.columns.values()])
    uri = f"Web/Lists(guid'{of.id}')"
    return chosen(ask, Thing(data, "SP.List", uri, None, ("Items", "Fields", "Views")))


def field_thing(of: SPList, column: Column) -> Thing:
    """SP.Field."""
    data: dict[str, Any] = {
        "CanBeDeleted": column.own, "EntityPropertyName": column.rest, "FromBaseType": False,
        "Group": "Custom Columns", "Hidden": column.hidden, "Id": _field_id(of, column),
        "Indexed": column.indexed, "InternalName": column.name, "ReadOnlyField": column.read_only,
        "Required": False, "StaticName": column.name, "Title": column.title,
        "FieldTypeKind": KINDS.get(column.type, 2), "TypeAsString": column.type,
        "TypeDisplayName": column.type,
    }  # fmt: skip
    if column.choices:
        data["Choices"] = list(column.choices)
    if column.type == "DateTime":
        data["DisplayFormat"] = 0 if column.bare else 1
    if column.lookup_list:
        data |= {"LookupList": f"{{{column.lookup_list}}}", "LookupField": "Title"}
    kind = {"User": "SP.FieldUser", "Lookup": "SP.FieldLookup"}.get(column.type, "SP.Field")
    return Thing(data, kind, f"Web/Lists(guid'{of.id}')/Fields(guid'{data['Id']}')")


def _field_id(of: SPList, column: Column) -> str:
    from cophub.sandbox.microsoft.tenant import guid

    return guid(of.id, "field", column.name)


def user_thing(row: SiteUser, root: str) -> Thing:
    """SP.User; AadObjectId comes only to those who ask for it."""
    named = None
    if row.name_id:
        named = Plain({"NameId": row.name_id, "NameIdIssuer": UPN_ISSUER}, "SP.UserIdInfo")
    data = {
        "Id": row.id, "IsHiddenInUI": row.hidden, "LoginName": row.login, "Title": row.title,
        "PrincipalType": row.kind, "Email": row.email, "Expiration": "",
        "IsEmailAuthenticationGuestUser": False, "IsShareByEmailGuestUser": False,
        "IsSiteAdmin": row.admin, "UserId": named, "UserPrincipalName": row.upn,
    }  # fmt: skip
    return Thing(data, "SP.User", f"Web/GetUserById({row.id})", links=("Alerts", "Groups"))


def aad_of(row: SiteUser) -> dict[str, Any]:
    """What a user has that must be asked for by name."""
    known = None
    if row.aad:
        known = Plain({"NameId": row.aad, "NameIdIssuer": UPN_ISSUER}, "SP.UserIdInfo")
    return {"AadObjectId": known}


def group_thing(ask: Ask, group: SiteGroup) -> Thing:
    """SP.Group."""
    data = {
        "Id": group.id, "IsHiddenInUI": False, "LoginName": group.title, "Title": group.title,
        "PrincipalType": 8, "AllowMembersEditMembership": False, "AllowRequestToJoinLeave": False,
        "AutoAcceptRequestToJoinLeave": False, "Description": group.description,
        "OnlyAllowMembersViewMembership": group.only_members_see, "OwnerTitle": group.owner,
        "RequestToJoinLeaveEmailSetting": None,
    }  # fmt: skip
    uri = f"Web/SiteGroups/GetById({group.id})"
    thing = Thing(data, "SP.Group", uri, links=("Owner", "Users"))
    if ask.expands("Users"):
        users = (ask.site.users[one] for one in group.users)
        thing.data["Users"] = Many([user_thing(row, ask.root) for row in users])
    return chosen(ask, thing)


def file_thing(
    ask: Ask, item: Item, *, length_as_text: bool = False, only: list[str] | None = None
) -> Thing:
    """SP.File; its length is a number in a listing and text elsewhere."""
    unique = item.unique.upper()
    name = item.name
    host = f"https://{ask.site.host}"
    shared = f"{host}{item.path}?d=w{item.unique.replace('-', '')}"
    office = name.rpartition(".")[2] in ("docx", "xlsx", "pptx")
    data: dict[str, Any] = {
        "CheckInComment": "", "CheckOutType": 2,
        "ContentTag": f"{{{unique}}},{item.version},{item.version + 3}", "CustomizedPageStatus": 0,
        "ETag": f'"{{{unique}}},{item.version}"', "Exists": True, "IrmEnabled": False,
        "Length": str(item.size) if length_as_text else item.size, "Level": 1 if not item.minor
        else 2, "LinkingUri": shared if office else None, "LinkingUrl": shared if office else "",
        "MajorVersion": item.major, "MinorVersion": item.minor, "Name": name,
        "ServerRelativeUrl": item.path, "TimeCreated": utc(item.created),
        "TimeLastModified": utc(item.modified), "Title": item.fields.get("Title"),
        "UIVersion": 512 * item.major + item.minor, "UIVersionLabel": f"{item.major}.{item.minor}",
        "UniqueId": item.unique,
    }  # fmt: skip
    if only:
        data = {name: data[name] for name in only if name in data}
    uri = f"Web/GetFileByServerRelativePath(decodedurl='{quote(item.path)}')"
    return Thing(data, "SP.File", uri, None, ("Author", "ListItemAllFields", "ModifiedBy"))


def folder_thing(ask: Ask, path: str, count: int, item: Item | None = None) -> Thing:
    """SP.Folder."""
    from cophub.sandbox.microsoft.tenant import guid

    of = ask.site.list_at(path)
    made = item.created if item else (of.created if of else ask.site.created)
    data = {
        "Exists": True, "IsWOPIEnabled": False, "ItemCount": count,
        "Name": path.rsplit("/", 1)[-1], "ProgID": None, "ServerRelativeUrl": path,
        "TimeCreated": utc(made), "TimeLastModified": utc(item.modified if item else made),
        "UniqueId": item.unique if item else guid(ask.site.id, "folder", path.lower()),
        "WelcomePage": "",
    }  # fmt: skip
    uri = f"Web/GetFolderByServerRelativePath(decodedurl='{quote(path)}')"
    return Thing(data, "SP.Folder", uri, None, ("Files", "Folders", "ListItemAllFields"))
