"""Slips of the finger in the domains in which most people have their mail: anna@gmial.com is likely anna@gmail.com."""

COMMON = {  # the name before the last dot, and the endings with which it exists here
    "gmail": ("com",),
    "hotmail": ("com", "se"),
    "outlook": ("com",),
    "icloud": ("com",),
    "yahoo": ("com", "se"),
    "telia": ("com",),
}
OTHERS = frozenset({"mail", "email", "ymail", "hushmail"})  # providers of their own, one letter from a common name
SLIPS_OF_COM = frozenset({"co", "cm", "om", "con", "cpm", "cim", "clm", "vom", "xom", "comm", "coom", "ocm", "cmo"})


def likely_address(address: str) -> str | None:
    """Return the address that was likely meant; None for one whose domain is not a slip from a common one."""
    local, _, domain = address.strip().rpartition("@")
    name, _, ending = domain.lower().rpartition(".")
    meant = _meant_name(name)
    if not local or meant is None:
        return None
    is_right = ending in COMMON[meant]
    if not is_right and ending not in SLIPS_OF_COM | {"se"}:
        return None  # a country where it may well exist
    likely = f"{meant}.{ending if is_right else 'com'}"
    return f"{local}@{likely}" if likely != domain.lower() else None


def _meant_name(name: str) -> str | None:
    if name in COMMON:
        return name
    return None if name in OTHERS else next((common for common in COMMON if _is_one_slip(name, common)), None)


def _is_one_slip(typed: str, meant: str) -> bool:
    """Return whether one letter too many, too few or wrong, or two neighbours in each other's place, is all."""
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    typed, meant = typed[start:], meant[start:]
    while typed and meant and typed[-1] == meant[-1]:
        typed, meant = typed[:-1], meant[:-1]
    swapped = len(typed) == len("xy") and typed == meant[::-1]
    return swapped or max(len(typed), len(meant)) == 1
