"""What is said of workspaces that somebody asks for."""

from bot.approvals.act import Asked
from bot.approvals.outcome import Outcome
from bot.kinds.workspaces.create_parts import MEMBER_PART
from bot.kinds.workspaces.wanted import ALERT, DIGEST, ENVIRONMENTS, CreateWorkspace, FirstMember, part_of_workspace
from bot.people.identity import ADMIN_ROLES
from bot.slack.markup import Markup, bold, channel_mention, code, escape, mention, truncate, within_bold
from bot.words.wording import listed, money, number

SHOWN_NAME = 80
"""Of a name on a card: a phone shows some 30 characters a line."""


def title(asked: Asked[CreateWorkspace]) -> str:
    """Return `Workspace Checkout`, or `Workspaces Checkout Production and Checkout Staging`, as plain text."""
    names = [truncate(name, SHOWN_NAME) for name in asked.payload.workspaces.values()]
    return f"{'Workspace' if len(names) == 1 else 'Workspaces'} {listed(names)}"


def what(asked: Asked[CreateWorkspace]) -> Markup:
    """Return what will be made, in one line."""
    wanted, count = asked.payload, len(asked.payload.workspaces)
    if not wanted.environments:
        return bold(truncate(wanted.name, SHOWN_NAME))
    name = bold(truncate(wanted.name, SHOWN_NAME))
    return f"{name} {ENVIRONMENTS[wanted.environments[0]]}" if count == 1 else f"{name} in {number(count)} environments"


def plan(asked: Asked[CreateWorkspace]) -> Markup:
    """Return a line for each workspace where there are several, then what all of them get."""
    wanted = asked.payload
    names = list(wanted.workspaces.values())
    rows: list[Markup] = [_line(name) for name in names] if len(names) > 1 else []
    lines: list[Markup] = [*rows, *_all_get(wanted)]
    return "\n".join(lines)


def _line(name: str) -> Markup:
    return f"• {bold(truncate(name, SHOWN_NAME))}"


def _all_get(wanted: CreateWorkspace) -> list[Markup]:
    lines: list[Markup] = [_people(wanted)]
    if wanted.limit is not None:
        each: Markup = " each" if len(wanted.workspaces) > 1 else ""
        how: Markup = "" if wanted.can_limit else " (an approver sets it in the Console, and I tell them how)"
        whole: Markup = (
            f" · the organization's limit is lower, {escape(money(wanted.lower_whole))}" if wanted.lower_whole else ""
        )
        lines.append(f"Limit {escape(money(wanted.limit))} a month{each}{how}{whole}")
    if wanted.cost_centre:
        lines.append(f"Cost centre {code(wanted.cost_centre)}")
    if wanted.channel:
        lines.append(f"{channel_mention(wanted.channel)}{_told(wanted)}")
    return lines


def _told(wanted: CreateWorkspace) -> Markup:
    named: dict[str, Markup] = {DIGEST: "the daily digest", ALERT: "alerts at 50, 80 and 100 % of the limit"}
    told: list[Markup] = [said for key, said in named.items() if key in wanted.tell]
    return f" gets {listed(told)}" if told else " is its channel"


def _people(wanted: CreateWorkspace) -> Markup:
    """Return who owns and who works in it, and whose organization role brings that anyway."""
    members: list[Markup] = [_member(one) for one in wanted.people if not one.is_owner]
    owner = next((one for one in wanted.people if one.is_owner), None)
    first: Markup = f"Owner {_member(owner)}" if owner else f"Owner {mention(wanted.owner)}"
    return f"{first} · Members {listed(members)}" if members else first


def _member(one: FirstMember) -> Markup:
    if not one.inherits:
        return mention(one.slack_id)
    why: Markup = "organization admin" if one.has in ADMIN_ROLES else "billing member"
    return f"{mention(one.slack_id)} ({why}, has access anyway)"


def done(asked: Asked[CreateWorkspace]) -> Markup:
    """Return what was made, and for whom."""
    wanted, outcome = asked.payload, asked.request.outcome
    parts = [outcome.part(part_of_workspace(one)) for one in wanted.workspaces]
    made = sum(1 for part in parts if part and part.state == "done")
    people: list[Markup] = [mention(one.slack_id) for one in wanted.people if _has_come(one, outcome)]
    return f"{_made(wanted, made)} created for {listed(people or [mention(wanted.owner)], most=5)}"


def _has_come(one: FirstMember, outcome: Outcome) -> bool:
    """Tell whether somebody got what they were to get in a workspace, as far as that is known."""
    theirs = [
        part for part in outcome.parts if part.name.startswith(MEMBER_PART) and part.name.endswith(f":{one.member_id}")
    ]
    return not theirs or any(part.state == "done" for part in theirs)


def _made(wanted: CreateWorkspace, made: int) -> Markup:
    name, count = within_bold(truncate(wanted.name, SHOWN_NAME)), len(wanted.workspaces)
    if count == 1:
        return f"Workspace {within_bold(truncate(next(iter(wanted.workspaces.values())), SHOWN_NAME))}"
    if made == count:
        return f"{number(count)} workspaces of {name}"
    return f"{number(made)} of {number(count)} workspaces of {name}"


def wish(asked: Asked[CreateWorkspace]) -> Markup:
    """Return what follows `your request`."""
    names: list[Markup] = [bold(truncate(name, SHOWN_NAME)) for name in asked.payload.workspaces.values()]
    return f"for the workspace{'s' if len(names) > 1 else ''} {listed(names)}"


def then(asked: Asked[CreateWorkspace]) -> Markup:
    """Return what happens on approval."""
    return "I create it at once" if len(asked.payload.workspaces) == 1 else "I create them at once"


def chosen(asked: Asked[CreateWorkspace]) -> dict[str, str]:
    """Return nothing: what is chosen in this form, Slack and the form name themselves."""
    return {}
