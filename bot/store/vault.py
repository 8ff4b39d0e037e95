"""Secrets at rest: MultiFernet, and each ciphertext bound to the row that it belongs to."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import SecretStr

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class SecretUnreadable(Exception):
    """The ciphertext doesn't belong to this row, or none of the keys opens it."""


class Vault:
    """Encrypts with the first key, opens with any. Fernet has no associated data, so the plaintext names its row."""

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        self._keys = tuple(keys)

    @cached_property
    def _fernet(self) -> "MultiFernet":
        # 7 MB that a bot doesn't need until it issues its first key.
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet([Fernet(key.get_secret_value().encode()) for key in self._keys])

    def seal(self, row: str, secret: SecretStr) -> str:
        """Return ciphertext that only opens for the same `row` (such as `secret:req_…`)."""
        return self._fernet.encrypt(f"{row}\n{secret.get_secret_value()}".encode()).decode()

    def unseal(self, row: str, ciphertext: str) -> SecretStr:
        """Return the secret, or raise SecretUnreadable without saying anything about it."""
        from cryptography.fernet import InvalidToken

        try:
            owner, _, secret = self._fernet.decrypt(ciphertext.encode()).decode().partition("\n")
        except InvalidToken:
            raise SecretUnreadable("no key opens this secret") from None
        if owner != row:
            raise SecretUnreadable("this secret belongs to another row")
        return SecretStr(secret)
