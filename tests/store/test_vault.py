"""The vault: a secret opens for its own row alone, with any of the keys, and no failure says anything about it."""

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.store.vault import SecretUnreadable, Vault

OLD, NEW = (SecretStr(Fernet.generate_key().decode()) for _ in range(2))
SECRET = SecretStr("sk-ant-api03-hunter2\nand a second line")


def test_a_secret_opens_for_its_own_row_alone() -> None:
    vault = Vault([OLD])
    sealed = vault.seal("secret:req_1", SECRET)
    assert vault.unseal("secret:req_1", sealed) == SECRET
    for row in ("secret:req_2", "secret:req_1\n", "secret:req_", ""):
        with pytest.raises(SecretUnreadable, match="another row") as caught:
            vault.unseal(row, sealed)
        assert "hunter2" not in repr(caught.value)


def test_a_new_key_in_front_opens_what_the_old_one_sealed_and_seals_itself() -> None:
    sealed = Vault([OLD]).seal("row", SECRET)
    both = Vault([NEW, OLD])
    assert both.unseal("row", sealed) == SECRET
    assert Vault([NEW]).unseal("row", both.seal("row", SECRET)) == SECRET


def test_without_its_key_or_once_changed_a_secret_stays_shut() -> None:
    sealed = Vault([OLD]).seal("row", SECRET)
    for vault, ciphertext in ((Vault([NEW]), sealed), (Vault([OLD]), sealed[:-4] + "AAA="), (Vault([OLD]), "no token")):
        with pytest.raises(SecretUnreadable, match="no key opens"):
            vault.unseal("row", ciphertext)
