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
_ALONE = r"(?<![A-Za-z0-9])"
"""Where a word begins, also behind what marks text up: `_` belongs to words for `\\b`."""
KNOWN = re.compile(
    _ALONE
    + r"""(?:
      (?i:sk-ant)-[\w-]{8,}(?![\w-]|\.\.\.|…) | (?i:sk-ant)-[\w-]{24,}  # Claude; a key's hint, which is short, is no key
    | c2stYW50L[A-Za-z0-9+/=_-]{8,}                              # the same in base64
    | sk-[A-Za-z0-9]{20,} | sk-(?:proj|svcacct|admin|or-v1)-[\w-]{20,}  # OpenAI and those that took after it
    | (?:sk|rk|pk|whsec)_(?:live|test)_[A-Za-z0-9]{10,} | whsec_[A-Za-z0-9+/=]{20,}
    | xox[a-z]-[A-Za-z0-9-]{8,} | xapp-\d-[A-Za-z0-9-]{8,} | xwfp-[A-Za-z0-9-]{8,}
    | hooks\.slack\.com/(?:services|workflows|triggers)/\S{10,}
    | (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])          # AWS
    | AIza[\w-]{30,} | ya29\.[\w-]{20,} | GOCSPX-[\w-]{20,}       # Google
    | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,}
    | gl(?:pat|dt|rt|ptt|ft|soat|cbt|agent)-[\w-]{16,}            # GitLab
    | npm_[A-Za-z0-9]{30,} | pypi-[\w-]{30,} | dckr_pat_[\w-]{20,} | hf_[A-Za-z0-9]{30,}
    | SG\.[\w-]{16,}\.[\w-]{16,} | (?:key-|dapi|shpat_)[0-9a-f]{32}(?![A-Za-z0-9])
    | hv[sb]\.[\w-]{20,} | dop_v1_[0-9a-f]{60,} | ATATT3[\w=-]{20,} | lin_api_\w{30,} | glsa_\w{30,}
    | (?:gsk|r8|ntn|sbp|xai|pplx|lsv2_[ps][kt]|rubygems|doo_v1|dor_v1)[_-][A-Za-z0-9]{30,}
    | (?:figd|pcsk|pscale_tkn)[_-](?=\w*\d)\w{30,} | (?:PMAK|NRAK|HRKU)-(?=[\w-]*\d)[\w-]{20,}
    | tskey-[a-z]+-\w{10,}[\w-]* | sk-lf-[0-9a-f]{8}-[0-9a-f-]{20,} | glc_eyJ[\w=+/-]{20,}
    | dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]+\.)?[A-Za-z0-9]{30,} | \w{14}\.atlasv1\.[\w-]{40,}
    | fm[12]_(?=[\w+/=-]*\d)[\w+/=-]{40,}
    | shp(?:ca|pa|ss)_[0-9a-f]{32} | sq0[a-z]{3}-[\w-]{20,} | SK[0-9a-f]{32}(?![A-Za-z0-9]) | AT(?:BB|CTT3)[\w=-]{20,}
    | 1//0[\w-]{30,} | IQoJb3JpZ2lu[A-Za-z0-9+/=]{30,}           # Google and AWS, for a session
    | hc[a-z][im]k_\w{30,} | sntry[su]_[\w=+/-]{20,} | \d{8,10}:AA[\w-]{30,}  # Honeycomb, Sentry, Telegram
    | eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*                         # JSON Web Tokens
    | AGE-SECRET-KEY-1[A-Z0-9]{20,} | PuTTY-User-Key-File-\d
    | (?:MII[\w+/]{2}[QAwg]IBA[AD]|MHcCAQEE|MIG.AgEAMB|MC4CAQAwBQYDK2V|b3BlbnNzaC1rZXktdj)[\w+/]{8,}  # its rest
    | LS0tLS1CRUdJTiB(?!DRVJU|QVUJM)[A-Za-z0-9+/]{8,}            # a private key in base64, as kubeconfigs have it
    | (?:[\w~.-]{3}[78]Q~[\w~.-]{31,34})(?![\w~.-])                # Azure
    | [a-z][a-z0-9+.-]*://[^\s/:@]*:[^\s/@]{3,}@                 # an address with a password in it
    | (?:AccountKey|SharedAccessKey|SharedAccessSignature)=\S{16,}
    )
    | (?i:-----BEGIN[ ][A-Z0-9 ]*PRIVATE[ ]KEY)
    | [?&](?:sig|[Xx]-(?:Amz|Goog)-Signature|access_token)=[\w%+/.-]{16,}  # an address that is signed
    | \s(?:-u|--user)(?:=|\s+)[^\s:=]+:(?!\d+\b)\S{6,}             # curl
    """,
    re.VERBOSE,
)
"""What is known by its shape; logs hide it, too."""
_IS: Final = r"[\"'`*_]*\s*(?:(?:\b(?:is|are|was|will\sbe|ist|est|es|é|è)\b|は)\s*:?|=>|->|→|[:=](?!//))\s*[\"'`*_]*"
_OF: Final = r"(?:_\w{1,20}|\s+(?:for|of|to|für|von|pour|de|para|di)(?:\s+[\w.-]+){1,3}?)?"
"""What a secret is for: `password for the staging database is …`, `SECRET_KEY_BASE=…`."""
_FULL: Final = (
    r"(?:pass(?:word|wd|phrase|code|wort)|kennwort|mot\sde\spasse|contraseña|senha|wachtwoord|hasło|şifre|пароль|パスワード"
    r"|密码|密碼|비밀번호)s?"
)
_BRIEF: Final = rf"{_ALONE}(?:pass|pwd|pw)s?"
"""A pass may also be one of tests, or to somewhere."""
_PASS: Final = rf"(?:{_FULL}|{_BRIEF})"
"""What people, and the variables of programs, call a password; the bot speaks English, its people not alone."""
_PASSWORD = re.compile(
    rf"(?i)(?:{_FULL}{_OF}|{_BRIEF}){_IS}(?!\d{{4}}-\d\d-\d\d(?![\w!@#$%^&*-]))(?=\S{{0,80}}[0-9!@#$%^&*])\S{{6,}}"
)
_NAMED = re.compile(
    rf"(?i)(?:{_PASS}|(?:secret|token|credential|bearer|basic|api[ _-]?key|access[ _-]?key|private[ _-]?key|{_ALONE}key"
    r"|schl(?:ü|ue)ssel|clé|clave|chave|chiave|ключ|токен|キー|トークン|密钥|密鑰|令牌|키|토큰)s?)"
    rf"(?:{_OF}{_IS}|[\"'`*_]*,?\s+(?:-\s+)?[\"'`*_]*)([^\s\"'`*,;]{{12,}})"
)
_NAME = re.compile(r"[^\W\d_]*\d{0,8}")
"""A part of what people call things: a word, a number, or a word with a number behind it."""
_SHORT = re.compile(r"[a-z0-9]{1,8}")
"""A part such as `k8s` or `2x`, which a word beside it makes a name."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_IDS = re.compile(
    r"(?i)(?:apikey|wrkspc|user|svac|invite|req|org|spl|rl)_\w+|sk-ant-[\w-]*(?:\.\.\.|…)[\w-]+"
    r"|https://[\w-]+\.slack\.com/archives/\S+|arn:aws[\w-]*:[\w:/.-]+"
)
"""What things are called by: an id opens nothing, nor does a key's hint, nor the address of a message."""
_DASHES = dict.fromkeys(range(8208, 8214), "-") | {0x2212: "-", 0xFE58: "-", 0xFE63: "-"}
"""What word processors and phones make of a hyphen."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


def looks_like_credential(text: str) -> bool:
    """Tell whether text holds what looks like a key, a token, a password or a private key.

    After a word that announces one, whatever is as mixed as a secret counts, but for names such as `ingest-2` and ids.
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_DASHES)
    return bool(KNOWN.search(plain) or _PASSWORD.search(plain)) or any(
        _is_mixed(found[1]) for found in _NAMED.finditer(plain)
    )


def _is_mixed(word: str) -> bool:
    word = word.rstrip(".!?)")
    if _IDS.fullmatch(word) or _is_name(re.split(r"[-_./:@+()#]", word)):
        return False
    kinds = sum(bool(re.search(pattern, word)) for pattern in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))
    entropy = -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())
    return kinds >= 2 and entropy >= 3.0


def _is_name(parts: list[str]) -> bool:
    unlike = [part for part in parts if not _NAME.fullmatch(part)]
    is_named = any(_WORD.fullmatch(part) for part in parts)
    return not unlike or (is_named and all(_SHORT.fullmatch(part) for part in unlike))


def refusal_of(text: str) -> Own | None:
    """Return the sentence for the person who typed what looks like a credential, None where nothing does."""
    return REFUSAL if looks_like_credential(text) else None
