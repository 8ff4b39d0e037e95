"""users.* and usergroups.*: who somebody is and which groups they are in."""

from bot.sandbox.people import TEAM_ID
from bot.sandbox.slack.call import Call, Method, page
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.shapes import user_json
from bot.sandbox.slack.state import Group, Json


def _with_email(call: Call) -> bool:
    return "users:read.email" in call.scopes


async def users_info(call: Call) -> Json:
    """Describe one person."""
    user = call.workspace.users.get(call.required("user"))
    if user is None:
        raise SlackError("user_not_found")
    shape = user_json(user, with_email=_with_email(call))
    return {"user": shape | ({"locale": "en-US"} if call.flag("include_locale") else {})}


async def users_list(call: Call) -> Json:
    """List everybody, a page at a time."""
    part, more = page(call, list(call.workspace.users.values()))
    members = [user_json(user, with_email=_with_email(call)) for user in part]
    return {"members": members, "cache_ts": int(call.workspace.clock.now().timestamp()), "response_metadata": more}


async def lookup_by_email(call: Call) -> Json:
    """Find an active person of this workspace by e-mail address."""
    wanted = call.required("email").strip().lower()
    for user in call.workspace.users.values():
        if user.email.lower() == wanted and not user.deleted and not user.is_stranger:
            return {"user": user_json(user, with_email=True)}
    raise SlackError("users_not_found")


def _group_json(call: Call, group: Group) -> Json:
    shape: Json = {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "is_external": False,
        "date_delete": 1 if group.disabled else 0,
    }
    if call.flag("include_users"):
        shape["users"] = list(group.users)
    if call.flag("include_count"):
        shape["user_count"] = len(group.users)
    return shape


async def usergroups_list(call: Call) -> Json:
    """List the user groups."""
    groups = [group for group in call.workspace.groups.values() if call.flag("include_disabled") or not group.disabled]
    return {"usergroups": [_group_json(call, group) for group in groups]}


async def usergroups_users(call: Call) -> Json:
    """List the ids of a group's members."""
    group = call.workspace.groups.get(call.required("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


METHODS = (
    Method("users.info", users_info, scope="users:read"),
    Method("users.list", users_list, scope="users:read"),
    Method("users.lookupByEmail", lookup_by_email, scope="users:read.email"),
    Method("usergroups.list", usergroups_list, scope="usergroups:read"),
    Method("usergroups.users.list", usergroups_users, scope="usergroups:read"),
)
