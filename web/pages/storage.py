"""Where the pages find the bytes of attachments."""

from cases.files.storage import Folder, attachments_under
from web.current import current


def storage() -> Folder:
    """Give the storage of the house."""
    return attachments_under(current().settings.var)
