"""The table of commands: what is typed is understood, what is not gets the nearest thing, and help says all of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.commands_table import commands_table, fill_markers
from bot.commands.parse import find_command, help_groups, is_named, parse, split_words
from bot.commands.table import COMMANDS
from bot.status.typed import with_commands
from tests.generated import STALE


def test_readme_has_the_table_of_commands() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert fill_markers(text) == text, STALE
    assert commands_table() in text


@pytest.mark.parametrize(
    ("command", "text", "subcommand", "words"),
    [
        ("/claude-keys", "", "", ()),
        ("/claude-keys", "   ", "", ()),
        ("/claude-keys", "request", "request", ()),
        ("/claude-keys", "REVOKE Ingest-Prod", "revoke", ("Ingest-Prod",)),
        ("/claude-keys", 'list "Data Platform"', "list", ("Data Platform",)),
        ("/claude-members", "role <@U0ALICE|Alice M.> developer", "role", ("<@U0ALICE|Alice M.>", "developer")),
        ("/claude-requests", "mine", "mine", ()),
        ("/claude-requests", "waiting", "waiting", ()),
        ("/claude-requests", "history", "mine", ()),
        ("/claude-spend", "", "", ()),
        ("/claude-spend", "30d by model", "", ("30d", "by", "model")),
        ("/claude-spend", "by key", "", ("by", "key")),
        ("/claude-keys", "request *Staging* *the 1st*, _ci_", "request", ("Staging", "the", "1st,", "_ci_")),
        ("/claude-keys", 'rename "a *b* c" `in *it*` *"x y"*', "rename", ("a *b* c", "in *it*", "x y")),
        ("/claude-keys", "rename 2*3 snake_case_ *a", "rename", ("2*3", "snake_case_", "*a")),
        ("/claude-spend", "MTD in “Data Platform”", "", ("MTD", "in", "Data Platform")),
        ("/claude-keys", "rename ‘ingest prod’ 'bob’s key'", "rename", ("ingest prod", "'bob’s", "key'")),
        ("/claude-keys", "list ‚Data Platform‘, «active»", "list", ("Data Platform", ",", "active")),
        ("/claude-workspaces", "create 'Data Science'", "create", ("Data Science",)),
        ("/claude-workspaces", "show Bob's and Ann's", "show", ("Bob's", "and", "Ann's")),
        ("/claude-spend", "MTD in `Data Platform` by `key", "", ("MTD", "in", "Data Platform", "by", "`key")),
        ("/claude-spend", "digest", "digest", ()),
        ("/claude-spend", "alert", "alert", ()),
        ("/claude-admin", "", "help", ()),
        ("/claude-admin", "status", "status", ()),
        ("/claude-keys", "help", "help", ()),
        ("/claude-workspaces", "remove <@U1> from Staging", "access", ("none", "<@U1>", "from", "Staging")),
        ("/claude-workspaces", "add <@U1> to Staging", "access", ("<@U1>", "to", "Staging")),
        ("/claude-workspaces", "delete Staging as <@U1> left", "archive", ("Staging", "as", "<@U1>", "left")),
        ("/claude-spend", "Help me", "help", ("me",)),
        ("/claude-keys", "extend ingest-prod until May", "show", ("ingest-prod", "until", "May")),
        ("/claude-keys", "move ingest-prod to Sandbox", "show", ("ingest-prod", "to", "Sandbox")),
        ("/claude-members", "onboard kim@acme.test", "invite", ("kim@acme.test",)),
        ("/claude-spend", "close october", "reconcile", ("october",)),
        ("/claude-spend", "schedule team weekly", "report", ("schedule", "team", "weekly")),
        ("/claude-workspaces", "remove <@U0MEI> from Staging", "access", ("none", "<@U0MEI>", "from", "Staging")),
        ("/claude-workspaces", "remove Mei Chen from Staging", "access", ("none", "Mei", "Chen", "from", "Staging")),
        ("/claude-workspaces", "add <@U0MEI> to Staging", "access", ("<@U0MEI>", "to", "Staging")),
        (
            "/claude-workspaces",
            "rename workspace Staging to Stage",
            "update",
            ("rename", "workspace", "Staging", "to", "Stage"),
        ),
        ("/claude-spend", "chargeback october by team", "report", ("chargeback", "october", "by", "team")),
        ("/claude-workspaces", "create workspace Checkout", "create", ("workspace", "Checkout")),
        ("/claude-workspaces", "raise limit Staging 800", "limit", ("limit", "Staging", "800")),
        ("/claude-workspaces", "make Mei Chen admin of Staging", "access", tuple("Mei Chen admin of Staging".split())),
        ("/claude-workspaces", "make Checkout admin", "create", ("Checkout", "admin")),
        ("/claude-workspaces", "remove Staging", "archive", ("Staging",)),
        (
            "/claude-workspaces",
            "remove Staging because of a move to Lab",
            "archive",
            tuple("Staging because of a move to Lab".split()),
        ),
        ("/claude-workspaces", "add Staging 2", "create", ("Staging", "2")),
    ],
)
def test_what_is_typed_is_understood(command: str, text: str, subcommand: str, words: tuple[str, ...]) -> None:
    parsed = parse(command, text)
    assert parsed.subcommand is not None
    assert (parsed.subcommand.name, parsed.words) == (subcommand, words)
    assert parsed.unknown is None


@pytest.mark.parametrize(
    ("command", "text", "suggestion"),
    [
        ("/claude-keys", "reqest", "/claude-keys request"),
        ("/claude-keys", "rewoke ingest-prod", "/claude-keys revoke ingest-prod"),
        ("/claude-keys", 'lst "Data Platform"', '/claude-keys list "Data Platform"'),
        ("/claude-keys", "status", "/claude-admin status"),
        ("/claude-spend", "digset", "/claude-spend digest"),
        ("/claude-spend", "ecords", "/claude-spend records"),
        ("/claude-spend", "adshboard", "/claude-spend dashboard"),
        ("/claude-admin", "digest", "/claude-spend digest"),
        ("/acme-ai-keys", "reqest", "/acme-ai-keys request"),
        ("/claude-workspaces", "keys Staging", "/claude-keys Staging"),
        ("/claude-keys", "invite kim@acme.test", "/claude-members invite kim@acme.test"),
        ("/claude-keys", "in Staging", None),  # a small word that another command knows, too
        ("/claude-keys", "expired", None),
        ("/claude-keys", "how do i get a key", None),  # a question, and no slip of "show"
        ("/claude-members", "where is Priya", None),
        ("/claude-workspaces", "open Lab", None),
        ("/claude-requests", "xyzzy", None),
        ("/claude-requests", "of alice", None),
        ("/claude-requests", "archve", None),  # what ends something for good is no guess
        ("/claude-workspaces", "nlist", "/claude-workspaces list"),
        ("/claude-admin", "wibble wobble", None),
        ("/claude-admin", "<!channel>", None),
    ],
)
def test_a_typo_gets_the_nearest_command(command: str, text: str, suggestion: str | None) -> None:
    parsed = parse(command, text)
    assert (parsed.subcommand is None and parsed.unknown == split_words(text)[0]) or is_named(parsed)
    assert parsed.suggestion == suggestion


def test_a_bare_name_leads_to_the_thing_even_where_it_is_like_a_word_of_the_table() -> None:
    for command, text, sub, named in (
        ("keys", "alice-notebook", "show", True),
        ("keys", "wibble wobble", "show", True),  # a guess that is far off must not lead to what ends a key
        ("keys", "rewoke ingest-prod", "show", True),
        ("keys", "billing export", "show", True),
        ("keys", "<@U0NOAH>", "list", False),
        ("keys", "show", "show", False),
        ("members", "mei", "list", True),
        ("members", "mei@acme.test", "list", True),
        ("members", "developers", "list", False),
        ("members", "list mei", "list", False),
        ("workspaces", "research", "list", True),  # near to "search", which is another command's
        ("workspaces", "archived data", "list", False),
        ("workspaces", '"Data Platform"', "list", True),
        ("workspaces", "updat Staging", "list", True),
        ("requests", "my", "mine", False),
    ):
        parsed = parse(f"/claude-{command}", text)
        assert (parsed.subcommand and parsed.subcommand.name, is_named(parsed)) == (sub, named), (command, text)


def test_commands_in_a_plain_sentence_are_shown_as_code() -> None:
    for sentence, said in (
        ("No digest in 7 days. /claude-spend digest starts one.", "No digest in 7 days. `/claude-spend digest` starts one."),
        ("On the server, python -m bot doctor says why.", "On the server, `python -m bot doctor` says why."),
        ("Type /my-own-keys, or python -m bot sync --history.", "Type `/my-own-keys`, or `python -m bot sync --history`."),
        ("<a> & /claude-nothing, https://x/claude-keys", "&lt;a&gt; &amp; /claude-nothing, https://x/claude-keys"),
    ):
        assert with_commands(sentence) == said


def test_a_suggestion_is_itself_understood() -> None:
    for command in COMMANDS:
        for word in ("reqest", "lst", "aler", "wating", "rol", "statsu", "7dd"):
            parsed = parse(f"/claude-{command.name}", word)
            if parsed.suggestion:
                slash, _, text = parsed.suggestion.partition(" ")
                assert parse(slash, text).subcommand is not None


def test_a_command_that_is_not_ours_is_refused() -> None:
    with pytest.raises(KeyError):
        parse("/weather", "today")


def test_a_command_is_found_with_and_without_slash_and_prefix() -> None:
    names = {found.name for name in ("keys", "/claude-keys", "claude-keys", "/my-own-keys") if (found := find_command(name))}
    assert names == {"keys"}


def test_every_subcommand_that_help_names_is_understood() -> None:
    for group in help_groups("claude"):
        for entry in group.entries:
            slash, _, usage = entry.typed.partition(" ")
            first = usage.split(" ")[0] if not usage.startswith("[") else ""
            assert parse(slash, first).subcommand == entry.subcommand


def test_every_subcommand_stands_in_the_help_once() -> None:
    shown = [entry.subcommand for group in help_groups("claude") for entry in group.entries]
    assert sorted(map(id, shown)) == sorted(id(sub) for command in COMMANDS for sub in command.subcommands)


def test_every_usage_hint_names_every_subcommand() -> None:
    for command in COMMANDS:
        for subcommand in command.subcommands:
            assert subcommand.name in command.usage_hint


@given(st.text(max_size=300), st.sampled_from([command.name for command in COMMANDS]))
def test_any_text_is_either_understood_or_said_to_be_unknown(text: str, name: str) -> None:
    parsed = parse(f"/claude-{name}", text)
    assert (parsed.subcommand is None) == (parsed.unknown is not None)
    assert all(word.strip() for word in parsed.words)


@pytest.mark.parametrize("piece", ["<", "„", "“", '"', "`", "<@", '" <', "a ", "'", " '", " 'a", "«", "*a ", "*a* "])
def test_hostile_text_is_split_in_no_time(piece: str) -> None:
    assert len(split_words(piece * 20_000)) <= 20_000
