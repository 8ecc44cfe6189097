"""Where the plan of a group is read and written."""


def plan_path(slug: str) -> str:
    """Return the path of the page of a group's plan."""
    return f"/plan/{slug}"


def draft_path(slug: str) -> str:
    """Return the path of the page on which a group writes its next plan."""
    return f"/plan/{slug}/utkast"
