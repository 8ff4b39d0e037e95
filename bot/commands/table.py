"""The one table of slash commands: the manifest, the help and the parser are made from it, so they can't disagree.

To add a command or a subcommand, add it here; then write its handler, unless it only opens a form (`opens`).
"""

from bot.commands.asking import ASKING, CODE, FIGURES, MORE_FIGURES
from bot.commands.keys import keys_command
from bot.commands.limits import limits_command
from bot.commands.model import Command as Command
from bot.commands.model import Subcommand as Subcommand

GET_KEY = "Get a key"
GIVE_ACCESS = "Give somebody access"
WORKSPACES = "See our workspaces"
SPEND = "See what we spend"
DIGEST = "Get the daily digest here"
WAITING = "What waits for me"
SET_UP = "How is it set up"
GROUPS = (GET_KEY, GIVE_ACCESS, WORKSPACES, SPEND, DIGEST, WAITING, SET_UP)
"""What people want, in the order in which the help says it."""


HELP = Subcommand(
    "help", "help", "what I can do", SET_UP, like=("?", "-h", "--help", "h", "hilfe", "aide", "ayuda", "commands")
)
"""Understood after every command."""


COMMANDS = (
    keys_command(GET_KEY),
    Command(
        "members",
        "People in the Claude organization and their roles",
        "[list | show @person | role @person ROLE | invite ADDRESS | withdraw ADDRESS | remove @person | relink @person]",
        (
            Subcommand(
                "role",
                "role @person ROLE [until DAY]",
                "ask to change somebody's role",
                GIVE_ACCESS,
                like=("change", "set", "give", "grant", "make", "promote", "demote"),
            ),
            Subcommand("", "", "who is in the organization, and their roles", GIVE_ACCESS, like=("who",)),
            Subcommand(
                "list",
                "list [admins | developers | billing | users | claude code] [without keys | pending | expired] [NAME]",
                "members, or invites that are pending or expired; words in any order",
                GIVE_ACCESS,
                also=tuple("admins developers billing users claude pending expired invites inactive without".split()),
                like=("all", "ls", "find", "search"),
                names=True,
            ),
            Subcommand(
                "show",
                "show [@person | ADDRESS]",
                "everything about somebody, or about you: roles, keys, requests and end dates",
                GIVE_ACCESS,
                like=("me", "card", "whois"),
            ),
            Subcommand(
                "remove",
                "remove @person | ADDRESS",
                "ask to remove somebody, and choose what happens to their keys",
                GIVE_ACCESS,
                opens="remove_member",
                fills=("member_id",),
                like=("offboard", "delete", "kick"),
            ),
            Subcommand(
                "invite",
                "invite ADDRESS... [as ROLE] [in WORKSPACE]",
                "ask to invite people to the organization, and to workspaces once they have accepted",
                GIVE_ACCESS,
                like=("add", "new", "onboard", "resend"),
            ),
            Subcommand(
                "withdraw",
                "withdraw ADDRESS",
                "ask to withdraw an invite that nobody accepted yet",
                GIVE_ACCESS,
                like=("uninvite", "cancel"),
            ),
            Subcommand(
                "relink", "relink @person", "link somebody again after their e-mail changed (admins only)", GIVE_ACCESS
            ),
        ),
    ),
    Command(
        "workspaces",
        "Workspaces of the organization",
        "[list | show | create | update | archive | access | limit | rate] WORKSPACE",
        (
            Subcommand(
                "list",
                "list [mine] [archived] [part of a name]",
                "the workspaces with their owners, keys and spend",
                WORKSPACES,
                also=("mine", "my"),
                like=("all", "ls"),
                matches="archived",
                names=True,
            ),
            Subcommand(
                "show",
                "show WORKSPACE",
                "everything about a workspace: members, limits, keys, spend",
                WORKSPACES,
                like=("about", "info", "get", "see", "members", "view", "details", "describe", "who", "whose", "owner"),
            ),
            Subcommand(
                "update",
                "update WORKSPACE [DETAIL VALUE]",
                "ask to change a workspace's name, owner, tags or colour",
                WORKSPACES,
                opens="update_workspace",
                fills=("workspace_id", "value", "detail"),
                reasons=frozenset(),
                also=("rename", "colour", "color"),
                like=("tag", "edit", "change", "set"),
            ),
            Subcommand(
                "archive",
                "archive WORKSPACE",
                "ask to archive a workspace for good, with all its keys",
                WORKSPACES,
                opens="archive_workspace",
                fills=("workspace_id", "reason"),
                like=("delete", "remove", "close"),
                of_person=("access", "none"),
            ),
            Subcommand(
                "access",
                "access WORKSPACE @person ROLE [until DAY]",
                "ask to add, change or remove somebody in a workspace",
                GIVE_ACCESS,
                opens="workspace_access",
                fills=("workspace_id", "slack_id", "role", "ends_on", "reason"),
                like=("member", "role", "give", "grant", "join"),
            ),
            Subcommand(
                "rate",
                "rate WORKSPACE MODELS LIMIT VALUE [until DAY]",
                "ask for a rate limit of a workspace, such as requests 2k, or none",
                WORKSPACES,
                opens="set_rate_limit",
                fills=("workspace_id", "rate_group", "limiter", "value", "ends_on", "reason"),
                like=("rates", "rate-limit", "throttle"),
            ),
            Subcommand(
                "limit",
                "limit WORKSPACE AMOUNT [until DAY]",
                "ask for a monthly spend limit, or none; write organization to limit all of it",
                WORKSPACES,
                opens="set_spend_limit",
                fills=("workspace_id", "amount", "ends_on", "reason"),
                like=("budget", "cap", "raise", "increase", "lower"),
            ),
            Subcommand(
                "create",
                "create [NAME] [limit AMOUNT]",
                "ask for a new workspace, or one for each of several environments",
                WORKSPACES,
                opens="create_workspace",
                fills=("name", "limit"),
                reasons=frozenset(),
                like=("new", "add", "request", "make"),
                of_person=("access",),
            ),
        ),
        bare="list",
    ),
    Command(
        "requests",
        "Requests: yours, and those that wait for you",
        "[mine | waiting]",
        (
            Subcommand(
                "waiting",
                "waiting",
                "the requests that wait for your decision",
                WAITING,
                like=("pending", "open", "approve", "decide"),
            ),
            Subcommand(
                "mine",
                "mine",
                "the requests that you sent",
                WAITING,
                like=("my", "me", "sent", "withdraw", "cancel", "history", "past", "old"),
            ),
            Subcommand("", "", "the requests that wait for you, then your own", WAITING, like=("list", "show", "all")),
        ),
    ),
    Command(
        "spend",
        "What Claude costs: figures, the daily digest, alerts",
        f"{FIGURES} | ask | dashboard | report | records | me | reconcile | digest | alert",
        (
            Subcommand(
                "",
                f"{FIGURES} {MORE_FIGURES}",
                "figures that only you see",
                SPEND,
                ASKING,
                matches=r"\d.*|<@.*|q[1-4].*|[-–—]+\w+",
                reads_all=True,
            ),
            Subcommand(
                "dashboard",
                "dashboard",
                "spend today and in the last 30, 60 and 90 days, the largest parts, the limits",
                SPEND,
                like=("overview",),
            ),
            Subcommand(
                "report",
                "report [NAME] [PERIOD] [by TAG]",
                "reports, also on a schedule",
                SPEND,
                also=("schedule", "allocation", "chargeback", "showback"),
                like=("reports",),
            ),
            Subcommand(
                "records",
                "records [PERIOD] [by model]",
                "single records of spend, also as CSV",
                SPEND,
                like=("csv", "rows", "export"),
            ),
            Subcommand("me", "me [PERIOD]", "what your own keys cost", SPEND, like=("mine", "my")),
            Subcommand(
                "reconcile",
                "reconcile [MONTH]",
                "a month's bill against list price × tokens, for finance",
                SPEND,
                like=("close", "bill"),
            ),
            Subcommand("ask", "ask", "ask for figures in a form", SPEND),
            Subcommand(
                "digest",
                "digest [TIME] [WORKSPACE…]",
                "post yesterday's spend in this channel each morning",
                DIGEST,
                like=("digests",),
            ),
            Subcommand(
                "alert",
                "alert [AMOUNT] [monthly] [WORKSPACE]",
                "post in this channel when spend reaches an amount",
                DIGEST,
                like=("alerts",),
            ),
        ),
    ),
    Command(
        "code",
        "Claude Code: who uses it, what is accepted, what it costs",
        f"{CODE} | digest",
        (
            Subcommand(
                "",
                CODE,
                "what people did with Claude Code, compared with the period before; only you see it",
                SPEND,
                matches=r".*",  # it names what it doesn't understand itself
            ),
            Subcommand("digest", "digest", "post a weekly summary of Claude Code in this channel", DIGEST),
        ),
    ),
    limits_command(WORKSPACES),
    Command(
        "admin",
        "Help, and how Quartermaster is set up",
        "[help | status | policy | advice]",
        (
            Subcommand(
                "status", "status", "connections, figures, policy, and what doesn't work and why", SET_UP, like=("health",)
            ),
            Subcommand(
                "policy",
                "policy",
                "who may approve what, and how many have to",
                SET_UP,
                like=("approvers", "approve", "rules", "who"),
            ),
            Subcommand("advice", "advice", "what to fix, the worst first (admins only)", SET_UP, like=("findings",)),
            HELP,
        ),
        bare="help",
    ),
)
