"""Calls about people: the organization itself, its users and its invites."""

import re
import secrets
from typing import Any

from bot.sandbox.claude import params
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import ApiError, invalid, not_found
from bot.sandbox.claude.organization import INVITE_LIFETIME, plain_email
from bot.sandbox.claude.paging import Order, id_page
from bot.sandbox.claude.records import ASSIGNABLE_ROLES, ROLES, Invite, User, tagged_id
from bot.sandbox.claude.shapes import invite_json, user_json

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def me(call: Call) -> dict[str, Any]:
    """Return who the credential belongs to."""
    return {"id": call.organization.id, "type": "organization", "name": call.organization.name}


def list_users(call: Call) -> dict[str, Any]:
    """List members, newest first."""
    organization = call.organization
    roles = params.many(call.query, "roles", ROLES)
    email = call.query.get("email")
    rows = [
        ((user.added_at, user.id), user)
        for user in organization.users.values()
        if (roles is None or user.role in roles) and (email is None or plain_email(user.email) == plain_email(email))
    ]

    def place(user_id: str) -> Order | None:
        user = organization.users.get(user_id) or organization.former_users.get(user_id)
        return None if user is None else (user.added_at, user.id)

    return id_page(rows, call.query, place, user_json, lambda user: user.id)


def _user(call: Call) -> User:
    user = call.organization.users.get(call.path["user_id"])
    if user is None:
        raise not_found("User")
    return user


def get_user(call: Call) -> dict[str, Any]:
    """Return one member."""
    return user_json(_user(call))


def update_user(call: Call) -> dict[str, Any]:
    """Change a member's role; admins can't be changed by API, and nobody can be made one."""
    user = _user(call)
    params.only(call.body, "role")
    role = params.option(call.body, "role", ASSIGNABLE_ROLES, required=True)
    if user.role == "admin":
        raise invalid("The role of an organization admin cannot be changed through the API.")
    if role is not None:
        user.role = role
    return user_json(user)


def remove_user(call: Call) -> dict[str, Any]:
    """Remove a member who is not an admin."""
    organization, user = call.organization, _user(call)
    if organization.flags.user_removal_conflicts > 0:
        organization.flags.user_removal_conflicts -= 1
        raise ApiError(409, "The membership is being changed by another request.", "concurrent_membership_change")
    if len(organization.users) == 1:
        raise invalid("The last member cannot be removed.", "cannot_remove_last_member")
    if user.role == "admin":
        raise invalid("An organization admin cannot be removed through the API.")
    organization.remove_user(user)
    return {"id": user.id, "type": "user_deleted"}


def sign_out(call: Call) -> dict[str, Any]:
    """End a member's sessions, which only Claude Enterprise organizations can. Keys stay as they are."""
    user = _user(call)
    if call.organization.flags.organization_kind == "enterprise":
        return user_json(user)
    raise invalid("The organization is not enrolled in this beta.", "organization_not_enrolled_in_beta")


def list_invites(call: Call) -> dict[str, Any]:
    """List invites, newest first; deleted ones are not listed."""
    organization, now = call.organization, call.organization.clock.now()
    roles = params.many(call.query, "roles", ROLES)
    statuses = params.many(call.query, "statuses", ("pending", "accepted", "expired"))
    email = call.query.get("email")
    rows = [
        ((invite.invited_at, invite.id), invite)
        for invite in organization.invites.values()
        if not invite.deleted
        and (roles is None or invite.role in roles)
        and (statuses is None or invite.status(now) in statuses)
        and (email is None or plain_email(invite.email) == plain_email(email))
    ]

    def place(invite_id: str) -> Order | None:
        invite = organization.invites.get(invite_id)
        return None if invite is None else (invite.invited_at, invite.id)

    return id_page(rows, call.query, place, lambda invite: invite_json(invite, now, call.version), lambda invite: invite.id)


def _invite(call: Call) -> Invite:
    invite = call.organization.invites.get(call.path["invite_id"])
    if invite is None:
        raise not_found("Invite")
    return invite


def get_invite(call: Call) -> dict[str, Any]:
    """Return one invite."""
    return invite_json(_invite(call), call.organization.clock.now(), call.version)


def create_invite(call: Call) -> dict[str, Any]:
    """Invite somebody for 21 days."""
    organization, now = call.organization, call.organization.clock.now()
    params.only(call.body, "email", "role", "rbac_group_ids")
    email = params.text(call.body, "email", 320, required=True) or ""
    role = params.option(call.body, "role", ASSIGNABLE_ROLES, required=True) or ""
    if not _EMAIL.fullmatch(email):
        raise invalid("email: value is not a valid email address")
    if call.body.get("rbac_group_ids"):
        raise invalid("rbac_group_ids: only Claude Enterprise organizations have RBAC groups")
    if organization.user_by_email(email) is not None:
        raise invalid("The user is already a member of the organization.", "already_member")
    pending = organization.pending_invites()
    if any(plain_email(invite.email) == plain_email(email) for invite in pending):
        raise invalid("A pending invite for this email already exists.", "invite_already_exists")
    domains = organization.flags.invite_domains
    if domains is not None and email.lower().partition("@")[2] not in domains.lower().split(","):
        raise invalid("The email's domain is not allowed.", "email_domain_not_allowed")
    most = organization.flags.org_member_limit
    if most is not None and len(organization.users) + len(pending) >= most:
        raise invalid("The organization has reached its limit of members.", "org_member_limit_exceeded")
    invite = Invite(tagged_id("invite", secrets.token_hex(16)), email, role, now, now + INVITE_LIFETIME)
    organization.invites[invite.id] = invite
    return invite_json(invite, now, call.version)


def delete_invite(call: Call) -> dict[str, Any]:
    """Withdraw a pending invite."""
    invite = _invite(call)
    status = invite.status(call.organization.clock.now())
    if status != "pending":
        raise invalid(f"Only pending invites can be deleted; this one is {status}.")
    invite.deleted = True
    return {"id": invite.id, "type": "invite_deleted"}


ENDPOINTS = [
    Endpoint("GET", "/v1/organizations/me", me),
    Endpoint("GET", "/v1/organizations/users", list_users, version_required=True),
    Endpoint("GET", "/v1/organizations/users/{user_id}", get_user, version_required=True),
    Endpoint("POST", "/v1/organizations/users/{user_id}", update_user, version_required=True),
    Endpoint("DELETE", "/v1/organizations/users/{user_id}", remove_user, version_required=True),
    Endpoint("POST", "/v1/organizations/users/{user_id}/sign_out", sign_out, beta="admin-user-sign-out-2026-10-08"),
    Endpoint("GET", "/v1/organizations/invites", list_invites, version_required=True),
    Endpoint("POST", "/v1/organizations/invites", create_invite, version_required=True),
    Endpoint("GET", "/v1/organizations/invites/{invite_id}", get_invite, version_required=True),
    Endpoint("DELETE", "/v1/organizations/invites/{invite_id}", delete_invite, version_required=True),
]
