"""The bot's own calls in the status: its share, the server's own count, and why it waits."""

from types import SimpleNamespace
from typing import Any

from bot.admin.budget import Budget, Use
from bot.status.budget import budget_in_words
from bot.status.checks import collect_status
from bot.store.session import Store


def test_the_share_and_the_servers_count_are_said() -> None:
    for use, is_good, said in (
        (
            Use(3, 90, None, 0.0),
            True,
            "3 of my 90 requests a minute used. The Claude API gave no count of its own in the last",
        ),
        (Use(3, 90, (100, 40), 0.0), True, "The Claude API's own count: 40 of 100 left."),
        (Use(90, 90, (100, 2), 11.2), None, "I delay what nobody waits for, for 12 seconds"),
    ):
        good, words = budget_in_words(use)
        assert good is is_good
        assert said in words


async def test_the_status_takes_the_own_queue_for_no_failure_of_the_api(store: Store) -> None:
    rt: Any = SimpleNamespace(store=store, admin=SimpleNamespace(use=Use(90, 90, None, 0.0)))
    (line,) = [one for one in await collect_status(rt) if one.title == "Claude organization"]
    assert line.is_good is None
    assert line.detail.startswith("I can't ask it at this moment: my own requests of this minute are used up.")


async def test_what_the_server_says_is_kept_and_holds_back_ahead_of_a_refusal() -> None:
    budget = Budget(5)
    for _ in range(2):
        await budget.take(interactive=True)
    assert budget.use == Use(2, 5, None, 0.0)
    budget.learn(100, 50, 30.0)
    assert (budget.use.server, budget.use.waits) == ((100, 50), 0.0)
    budget.learn(100, 5, 30.0)
    assert budget.use.waits > 29
    old = Budget(5, 0.0)
    old.learn(100, 50, 0.0)
    assert old.use.server is None, "what was said before the window says nothing of now"
