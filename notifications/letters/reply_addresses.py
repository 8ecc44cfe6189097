"""The addresses of single letters: to which replies to one go, and to which a mail server reports its failure.

Each holds the number of the delivery and a code that only we can make, so that a reply is filed on the right case and
nobody can guess the address of another letter. Pattern: `arende+{token}@example.se`, the setting VENTIL_MAIL_REPLY.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cases.access.tokens import keyed_code
from cases.settings import Settings
from cases.settings.mail_in import PLACEHOLDER

OUR_DELIVERY = "X-Ventil-Delivery"  # the header of each letter by which it is known when it comes back
BOUNCE_MARK = "studs-"
TOKEN = re.compile(rf"(?P<bounce>{BOUNCE_MARK})?(?P<delivery>[1-9][0-9]{{0,17}})\.(?P<code>[a-z2-7]{{26}})")


class ReplyPurpose(StrEnum):
    """What such an address is for: the reply of a reader, or the report of a mail server (VERP)."""

    REPLY = "reply"
    BOUNCE = "bounce"


@dataclass(frozen=True)
class LetterToken:
    """What the address of a letter says: its delivery, and what it is for."""

    delivery_id: int
    purpose: ReplyPurpose


@dataclass(frozen=True)
class ReplyAddresses:
    """Makes and reads the addresses of letters. `keys` are the secret keys: the first makes, all of them read."""

    pattern: str
    keys: tuple[str, ...]

    def for_reply(self, delivery_id: int) -> str:
        """Return the address to which the reader of this letter replies."""
        return self._address(delivery_id, ReplyPurpose.REPLY)

    def for_bounce(self, delivery_id: int) -> str:
        """Return the address to which mail servers report that this letter cannot be delivered (RFC 5321, 4.4)."""
        return self._address(delivery_id, ReplyPurpose.BOUNCE)

    @property
    def for_new_mail(self) -> str | None:
        """The address for what belongs to no letter: the pattern without its token. None when nothing is left of it."""
        before, after = self.pattern.split(PLACEHOLDER)
        local = f"{before.rstrip('+-_.')}{after}"
        return local if not local.startswith("@") else None

    def token_in(self, addresses: Iterable[str]) -> tuple[str, LetterToken] | None:
        """Return the first of these addresses that is one of ours with a code that holds, and what it says."""
        for address in addresses:
            if (found := self._read(address)) is not None:
                return address, found
        return None

    def is_ours(self, address: str) -> bool:
        """Return whether mail to the address is for us: it fits the pattern, whatever stands there as its token."""
        own = re.escape(self.pattern.lower()).replace(re.escape(PLACEHOLDER), r"[^@]*")
        return bool(re.fullmatch(own, address.lower())) or address.lower() == (self.for_new_mail or "").lower()

    def _address(self, delivery_id: int, purpose: ReplyPurpose) -> str:
        mark = BOUNCE_MARK if purpose is ReplyPurpose.BOUNCE else ""
        code = _code(self.keys[0], purpose, delivery_id)
        return self.pattern.replace(PLACEHOLDER, f"{mark}{delivery_id}.{code}")

    def _read(self, address: str) -> LetterToken | None:
        before, after = self.pattern.lower().split(PLACEHOLDER)
        written = address.strip().lower()
        if not (written.startswith(before) and written.endswith(after)):
            return None
        found = TOKEN.fullmatch(written[len(before) : len(written) - len(after)])
        if found is None:
            return None
        purpose = ReplyPurpose.BOUNCE if found["bounce"] else ReplyPurpose.REPLY
        delivery_id = int(found["delivery"])
        holds = any(hmac.compare_digest(_code(key, purpose, delivery_id), found["code"]) for key in self.keys)
        return LetterToken(delivery_id, purpose) if holds else None


def reply_addresses(settings: Settings) -> ReplyAddresses | None:
    """Return what makes and reads the addresses of letters; None when no pattern is set: no replies come in."""
    pattern = settings.incoming.reply_to
    return ReplyAddresses(pattern, (settings.secret_key, *settings.old_secret_keys)) if pattern else None


def _code(key: str, purpose: ReplyPurpose, delivery_id: int) -> str:
    return keyed_code(f"{purpose}:{key}", str(delivery_id))
