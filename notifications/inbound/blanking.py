"""What a mail quotes of our letters acts, too: links that answer, and addresses that file. They are blanked."""

import re

from notifications.letter_links.link import without_tokens
from notifications.letters.reply_addresses import TOKEN

CODE_IN_TEXT = re.compile(TOKEN.pattern, re.IGNORECASE)


def without_own_codes(text: str) -> str:
    """Return the text without what would let its reader act as the recipient of a letter that it quotes."""
    return CODE_IN_TEXT.sub("-", without_tokens(text))
