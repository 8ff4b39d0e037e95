"""The Web API methods by name, collected from one file per family."""

from bot.sandbox.slack.call import Method
from bot.sandbox.slack.methods import chat, conversations, files, messages, meta, people, views

METHODS: dict[str, Method] = {
    method.name: method
    for family in (meta, chat, messages, conversations, people, views, files)
    for method in family.METHODS
}
