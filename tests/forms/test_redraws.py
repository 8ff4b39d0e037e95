"""Redraws of one form come one after the other, each from the hash that the last one left, and only the newest is drawn."""

import asyncio

import pytest

from bot.forms.redraws import MOST_FORMS, Redraws


class Screen:
    """A form as Slack keeps it: a redraw from another hash than the present one is refused."""

    def __init__(self) -> None:
        self.hash, self.says, self.drawn = "h0", "", list[str]()

    async def redraw(self, text: str, as_it_was: str) -> str:
        await asyncio.sleep(0.01)
        if as_it_was != self.hash:
            raise LookupError("hash_conflict")
        self.hash, self.says = f"h-{text}", text
        self.drawn.append(text)
        return self.hash


async def typed(redraws: Redraws, screen: Screen, text: str, seen: str = "h0", view: str = "V1") -> None:
    """Redraw after an act whose time grows with the length of the text."""
    await redraws.run(view, f"1.{len(text):06d}", seen, lambda as_it_was: screen.redraw(text, as_it_was))


async def test_people_type_faster_than_slack_answers_and_the_newest_is_what_the_form_says() -> None:
    redraws, screen = Redraws(), Screen()
    await asyncio.gather(*(typed(redraws, screen, text) for text in ("5", "50", "500", "5000")))
    assert screen.drawn == ["5", "5000"]
    await typed(redraws, screen, "50000", seen=screen.hash)
    await typed(redraws, screen, "500000", seen="h-5")
    assert screen.says == "500000"


async def test_an_act_that_comes_late_redraws_nothing() -> None:
    redraws, screen = Redraws(), Screen()
    await typed(redraws, screen, "500")
    await typed(redraws, screen, "50")
    assert screen.drawn == ["500"]


async def test_a_form_that_was_sent_meanwhile_is_left_alone() -> None:
    redraws, screen = Redraws(), Screen()
    await typed(redraws, screen, "5")
    screen.hash = "sent"
    with pytest.raises(LookupError):
        await typed(redraws, screen, "50")
    await typed(redraws, screen, "500", seen="sent")
    assert screen.says == "500"


async def test_forms_do_not_wait_for_each_other_and_old_ones_are_forgotten() -> None:
    redraws, screens = Redraws(), [Screen() for _ in range(MOST_FORMS + 10)]
    await asyncio.gather(*(typed(redraws, screen, "5", view=f"V{n}") for n, screen in enumerate(screens)))
    assert all(screen.says == "5" for screen in screens)
    assert len(vars(redraws)["_forms"]) == MOST_FORMS
