"""Text that looks like a credential: what people type is refused where it may hold a secret, before anybody reads it. Pure.

The prefixes are those that the services document for their own secret scanning.
"""

import math
import re
import unicodedata
from collections import Counter
from typing import Final

from bot.words.own import Own

REFUSAL: Final = "This looks like a secret, such as a key or a password. Take it out; if it is real, revoke it."
"""What is said at the field; the text itself is never repeated."""
KNOWN = re.compile(
    r"""
      \bsk-ant-[\w-]{8,}(?![\w-]|\.\.\.|…)                       # Claude; a key's hint is no key
    | \bsk-[A-Za-z0-9]{20,} | \bsk-(?:proj|svcacct|admin|or-v1)-[\w-]{20,}  # OpenAI and those that took after it
    | \b(?:sk|rk|pk|whsec)_(?:live|test)_[A-Za-z0-9]{10,} | \bwhsec_[A-Za-z0-9+/=]{20,}
    | \bxox[a-z]-[A-Za-z0-9-]{8,} | \bxapp-\d-[A-Za-z0-9-]{8,} | \bxwfp-[A-Za-z0-9-]{8,}
    | hooks\.slack\.com/(?:services|workflows|triggers)/\S{10,}
    | \b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b                     # AWS
    | \bAIza[\w-]{30,} | \bya29\.[\w-]{20,} | \bGOCSPX-[\w-]{20,}  # Google
    | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_\w{20,} | \bglpat-[\w-]{16,} | \bgldt-[\w-]{16,}
    | \bnpm_[A-Za-z0-9]{30,} | \bpypi-[\w-]{30,} | \bdckr_pat_[\w-]{20,} | \bhf_[A-Za-z0-9]{30,}
    | \bSG\.[\w-]{16,}\.[\w-]{16,} | \bkey-[0-9a-f]{32}\b | \bdapi[0-9a-f]{32}\b | \bshpat_[0-9a-f]{32}\b
    | \bhv[sb]\.[\w-]{20,} | \bdop_v1_[0-9a-f]{60,} | \bATATT3[\w=-]{20,} | \blin_api_\w{30,} | \bglsa_\w{30,}
    | \beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*                        # JSON Web Tokens
    | -----BEGIN[ ][A-Z0-9 ]*PRIVATE[ ]KEY | \bAGE-SECRET-KEY-1[A-Z0-9]{20,} | PuTTY-User-Key-File-\d
    | \b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]{3,}@                # an address with a password in it
    | \b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=\S{16,}
    """,
    re.VERBOSE,
)
"""What is known by its shape; logs hide it, too."""
_PASSWORD = re.compile(
    r"(?i)\b(?:pass(?:word|wd|phrase|code)?|pwd)s?[\"'`*_]*\s*(?:is\b|=>|[:=])\s*[\"'`*_]*(?=\S*[0-9!@#$%^&*])\S{6,}"
)
_NAMED = re.compile(
    r"(?i)(?:secret|token|credential|bearer|basic|api[ _-]?key|access[ _-]?key|private[ _-]?key|\bkey)s?"
    r"[\"'`*_]*\s*(?:\bis\b|=>|[:=]|\s)\s*[\"'`*_]*([^\s\"'`*,;]{12,})"
)
_NAME = re.compile(r"[A-Za-z]*\d{0,8}")
"""A part of what people call things: a word, a number, or a word with a number behind it."""
_IDS = re.compile(r"(?i)(?:apikey|wrkspc|user|svac|invite|req|org|spl|rl)_\w+|sk-ant-[\w-]*(?:\.\.\.|…)[\w-]+")
"""What the API calls things by: an id opens nothing, nor does a key's hint."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


def looks_like_credential(text: str) -> bool:
    """Tell whether text holds what looks like a key, a token, a password or a private key.

    After a word that announces one, whatever is as mixed as a secret counts, but for names such as `ingest-2` and ids.
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return bool(KNOWN.search(plain) or _PASSWORD.search(plain)) or any(
        _is_mixed(found[1]) for found in _NAMED.finditer(plain)
    )


def _is_mixed(word: str) -> bool:
    word = word.rstrip(".!?)")
    if _IDS.fullmatch(word) or all(_NAME.fullmatch(part) for part in re.split(r"[-_./:@]", word)):
        return False
    kinds = sum(bool(re.search(pattern, word)) for pattern in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))
    entropy = -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())
    return kinds >= 2 and entropy >= 3.0


def refusal_of(text: str) -> Own | None:
    """Return the sentence for the person who typed what looks like a credential, None where nothing does."""
    return REFUSAL if looks_like_credential(text) else None
