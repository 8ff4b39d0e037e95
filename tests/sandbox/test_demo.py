"""What of somebody's own settings counts in the demo: nothing that leads out of it."""

from bot.sandbox.demo import COUNT, own_settings
from bot.settings.model import Settings


def test_what_says_who_sees_what_counts_in_the_demo_and_nothing_that_leads_out_of_it() -> None:
    env = {"SPEND_VISIBLE_TO": "own", "SLACK_BOT_TOKEN": "xoxb-own", "DATADOG_API_KEY": "own", "HOURS_KEPT": ""}
    own, said = own_settings(env)
    assert own == {"SPEND_VISIBLE_TO": "own"}
    assert said.endswith(" Yours: SPEND_VISIBLE_TO=own.")
    assert "xoxb" not in said
    assert "Yours" not in own_settings({})[1]
    assert {name.lower() for name in COUNT} <= set(Settings.model_fields)
