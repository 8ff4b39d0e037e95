"""Modules that take a second to import, loaded by the first test that needs them and by no worker that runs none."""

from importlib import import_module
from typing import Any


class Lazy:
    """Stands for a module and loads it when something of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_", "pytest")):  # while tests are collected, their modules' names are looked at
            raise AttributeError(name)
        return getattr(import_module(self._name), name)
