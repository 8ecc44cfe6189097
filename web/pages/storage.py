"""Where the pages find the bytes of attachments."""

from cases.storage import Folder
from web.running import house


def storage() -> Folder:
    """Give the storage of the house."""
    return Folder(house().settings.var / "attachments")
