"""Invites to the organization: one to twenty addresses, each followed until it is accepted and has joined its workspaces."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.approvals.act import Asked, Look, Reading
from bot.approvals.fields import WHY_FIELD
from bot.approvals.kind import Kind
from bot.approvals.outcome import Outcome, PartDone
from bot.approvals.parts import NOBODY, Checked, Filled, Offer, Rules, Sample, Stays, Words
from bot.directory.twins import label_among
from bot.errors import InvalidInput
from bot.forms.fields import FormField
from bot.kinds.people.change_role import ADMIN_SENTENCE, ROLES
from bot.kinds.people.invited import InviteMembers, check_addresses
from bot.kinds.people.invites_stay import removals_undone, stays_of_invites
from bot.kinds.people.inviting import EXPIRED, already_invited, already_member, inviting, part_name
from bot.kinds.people.joining import INHERITED, JOIN_ROLES, joining
from bot.kinds.several import Part, Several
from bot.kinds.workspaces.roles import ADMIN
from bot.people.model import Who
from bot.people.roles import role_words, workspace_role_words
from bot.slack.markup import Markup, bold, escape, within_bold
from bot.words.addresses import mailbox_of, same_form
from bot.words.similar import closest
from bot.words.wording import listed, number, plural

MOST_WORKSPACES: Final = 5

FORM = (
    FormField(
        "emails",
        "E-mail addresses",
        "long_text",
        hint="Up to 20, with commas between them, on separate lines, or as Name <address>.",
        max_length=3000,
        check=check_addresses,
    ),
    FormField("role", "Role in the organization", "choice", choices=tuple(ROLES.items())),
    FormField(
        "join_ids",
        "Workspaces to join",
        "lookups",
        hint="I add people as soon as they have accepted.",
        optional=True,
        most=MOST_WORKSPACES,
    ),
    FormField("join_role", "Role in these workspaces", "choice", optional=True, choices=tuple(JOIN_ROLES.items())),
    WHY_FIELD,
)


async def _check(reading: Reading, _who: Who, payload: InviteMembers) -> Checked[InviteMembers]:
    if payload.role == "admin":
        raise InvalidInput({"role": ADMIN_SENTENCE})
    if payload.role not in ROLES:
        raise InvalidInput({"role": f"Choose one of {listed(list(ROLES))}."})
    foreign, same = _foreign(reading.email_domains, payload.emails), _same_mailbox(payload.emails)
    if wrong := [one for one in (foreign, same, await _known(reading, payload.emails)) if one]:
        raise InvalidInput({"emails": " ".join(wrong)})
    if not payload.join_ids:
        return Checked(payload.model_copy(update={"join_names": (), "join_role": ""}))
    if payload.join_role not in JOIN_ROLES:
        raise InvalidInput({"join_role": "Choose which role they get in these workspaces."})
    if payload.role == "billing" and payload.join_role != ADMIN:
        raise InvalidInput({"join_role": f"{INHERITED} Choose that, or no workspaces."})
    return Checked(payload.model_copy(update={"join_names": await _names(reading, payload.join_ids)}))


def _foreign(domains: tuple[str, ...], emails: Sequence[str]) -> str:
    """Say which addresses aren't the company's: who accepts one is let in, and a mistyped domain may be anybody's."""
    wrong = [email for email in emails if email.rpartition("@")[2] not in domains]
    if not wrong:
        return ""
    close = closest(wrong[0].rpartition("@")[2], domains)
    meant = f" Did you mean {wrong[0].rpartition('@')[0]}@{close}?" if close and len(wrong) == 1 else ""
    only = f"I only invite addresses of {listed(domains, 'or')}."
    return f"{only} This isn't one: {listed(wrong)}.{meant} An organization admin can invite others in the Console."


def _same_mailbox(emails: Sequence[str]) -> str:
    """Say which addresses are one mailbox to the API, which would refuse all but the first."""
    for mailbox in dict.fromkeys(map(mailbox_of, emails)):
        same = [email for email in emails if mailbox_of(email) == mailbox]
        if len(same) > 1:
            return f"The Claude API takes {listed(same)} for the same mailbox and invites it only once. Keep one of them."
    return ""


async def _known(reading: Reading, emails: Sequence[str]) -> str:
    """Say which addresses are members or have an invite that waits, as of now."""
    wanted = {mailbox_of(email) for email in emails}
    members = [m for m in await reading.directory.members(fresh=True) if mailbox_of(m.email) in wanted]
    invites = [i for i in await reading.directory.invites(fresh=True) if i.status == "pending"]
    invited = [invite for invite in invites if mailbox_of(invite.email) in wanted]
    said = [*map(already_member, members), *map(already_invited, invited)]
    return f"{' '.join(said)} Remove {'it' if len(said) == 1 else 'them'} from the list." if said else ""


async def _names(reading: Reading, ids: Sequence[str]) -> tuple[str, ...]:
    """Return what the workspaces to join are called; InvalidInput for one that nobody joins, or not by an invite."""
    known = {workspace.id: workspace for workspace in await reading.directory.workspaces(fresh=True)}
    found = [known[one] for one in ids if one in known]
    if len(found) < len(ids):
        raise InvalidInput({"join_ids": "One of these workspaces is archived or gone. Choose from the list."})
    if any(one.is_default for one in found):
        raise InvalidInput({"join_ids": "Everybody in the organization is in the Default workspace. Leave it out."})
    if any(one.is_claude_code for one in found):
        raise InvalidInput({"join_ids": "People join the Claude Code workspace by signing in to Claude Code. Leave it out."})
    own = [one.name for one in found if _has_own_approvers(reading, one.id, one.name)]
    if own:
        ask = "Leave it out here, and ask for access to it once they have joined the organization."
        raise InvalidInput({"join_ids": f"Other people approve access to {listed(own)}. {ask}"})
    return tuple(label_among(one, known.values()) for one in found)


def _has_own_approvers(reading: Reading, workspace_id: str, name: str) -> bool:
    """Tell whether access to a workspace needs other approvals than an invite: an invite is no way around them."""
    usual = reading.rule_for("invite_members", None, None)
    rules = [reading.rule_for(kind, workspace_id, name) for kind in ("invite_members", "workspace_access")]
    return any((rule.approvers, rule.quorum) != (usual.approvers, usual.quorum) for rule in rules)


def _parts(payload: InviteMembers) -> list[Part[InviteMembers]]:
    parts = [inviting(email, payload.role) for email in payload.emails]
    places = list(zip(payload.join_ids, payload.join_names, strict=True))
    return parts + [
        joining(email, place, name, payload.join_role, part_name(email))
        for email in payload.emails
        for place, name in places
    ]


SEVERAL = Several(_parts)


def _subject(payload: InviteMembers) -> str:
    return f"invite:{hashlib.sha256(','.join(sorted(payload.emails)).encode()).hexdigest()[:32]}"


def _people(asked: Asked[InviteMembers]) -> str:
    emails = asked.payload.emails
    return emails[0] if len(emails) == 1 else plural(len(emails), "person", "people")


def _where(wanted: InviteMembers) -> Markup:
    names: list[Markup] = [within_bold(name) for name in wanted.join_names]
    return f", then {workspace_role_words(wanted.join_role)} in {listed(names)}" if names else ""


def _what(asked: Asked[InviteMembers]) -> Markup:
    wanted = asked.payload
    emails: list[Markup] = [escape(email) for email in wanted.emails]
    return f"{listed(emails)} as {bold(role_words(wanted.role)[0])}{_where(wanted)}"


def _done(asked: Asked[InviteMembers]) -> Markup:
    """Say who was invited, how many of them where some were refused, and where they come once they have accepted."""
    names = {part_name(email) for email in asked.payload.emails}
    invites = [part for part in asked.request.outcome.parts if part.name in names]
    refused = sum(part.state == "refused" for part in invites)
    some: Markup = f"{number(len(names) - refused)} of " if refused else ""
    return f"{some}{within_bold(_people(asked))} invited as {role_words(asked.payload.role)[0]}{_where(asked.payload)}"


def _then(asked: Asked[InviteMembers]) -> Markup:
    names: list[Markup] = [within_bold(name) for name in asked.payload.join_names]
    after: Markup = f", and add those who accept to {listed(names)}" if names else ""
    return f"I send the invites, which are valid for 21 days{after}"


def _again(asked: Asked[InviteMembers]) -> Filled | None:
    """Return the form for whom an invite expired."""
    wanted = asked.payload
    expired = tuple(one for one in _expired(asked) if one not in asked.request.outcome.served)
    if not expired:
        return None
    values = {"emails": expired, "role": wanted.role, "join_ids": wanted.join_ids, "join_role": wanted.join_role}
    return Filled(values | {"reason": asked.request.reason}, _chosen(asked))


def _expired(asked: Asked[InviteMembers]) -> list[str]:
    parts = {email: asked.request.outcome.part(part_name(email)) for email in asked.payload.emails}
    return [email for email, part in parts.items() if part and (part.state, part.note) == ("over", EXPIRED)]


async def _invited_again(look: Look[InviteMembers]) -> list[str]:
    """Return for whom an invite expired who is a member by now, or has another invite."""
    known = {same_form(one.email) for one in await look.directory.members(fresh=True)}
    invites = await look.directory.invites(fresh=True)
    known |= {same_form(one.email) for one in invites if one.status == "pending"}
    return [email for email in _expired(Asked(look.request, look.payload)) if same_form(email) in known]


def _parts_stay(asked: Asked[InviteMembers]) -> dict[str, Stays[InviteMembers]]:
    wanted = asked.payload
    return stays_of_invites(asked, wanted.emails, wanted.role, _chosen(asked), wanted.join_role)


def _chosen(asked: Asked[InviteMembers]) -> dict[str, str]:
    return dict(zip(asked.payload.join_ids, asked.payload.join_names, strict=True))


INVITE_MEMBERS = Kind(
    name="invite_members",
    payload=InviteMembers,
    form=FORM,
    words=Words(
        label="Invite people",
        asks="asks to invite people",
        title=lambda asked: f"Invite of {_people(asked)}",
        what=_what,
        done=_done,
        then=_then,
        wish=lambda asked: f"to invite {bold(_people(asked))}",
        undone="nobody was invited",
        chosen=_chosen,
    ),
    rules=Rules(subject=_subject, check=_check),
    effect=replace(SEVERAL.effect(), parts_stay=_parts_stay, lets_go=removals_undone, sets=("removed",)),
    concerns=NOBODY,
    follow_up=SEVERAL.follow_up(),
    offers=Offer(
        "invite_members",
        _again,
        _invited_again,
        "Everybody whose invite expired was invited again or has joined. Nothing is left to do.",
        "Invite again…",
    ),
    sample=Sample(
        InviteMembers(
            emails=("kim@acme.test", "lou@acme.test"),
            role="developer",
            join_ids=("wrkspc_1",),
            join_names=("Staging",),
            join_role="workspace_developer",
        ),
        Outcome(
            parts=(
                PartDone(
                    name=part_name("kim@acme.test"), label="kim@acme.test", state="done", note="joined", thing_id="user_1"
                ),
                PartDone(name=part_name("lou@acme.test"), label="lou@acme.test", state="over", note=EXPIRED),
            )
        ),
    ),
)
