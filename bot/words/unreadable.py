"""What people typed and nobody can be sure to understand. Pure."""


class Unreadable(ValueError):
    """A text that can't be read; `sentence` says in plain words what is wrong and how to write it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
