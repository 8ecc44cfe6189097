"""The web addresses that letters name, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WebAddresses:
    """The pages of the house under its base address, which has no slash at its end."""

    base: str

    def own_case(self, public_id: str) -> str:
        """The page that only the one who asked knows."""
        return f"{self.base}/arende/{public_id}"

    def case(self, ref: str) -> str:
        """The page for those who are logged in, and for everybody once the case is published."""
        return f"{self.base}/arenden/{ref}"

    def desk(self) -> str:
        """What came in, is due and is overdue."""
        return f"{self.base}/skrivbord"

    def forum(self) -> str:
        """The forum's meetings and agenda."""
        return f"{self.base}/forum"

    def to_ring(self) -> str:
        """Whom to ring."""
        return f"{self.base}/ring"

    def set_aside(self) -> str:
        """What was set aside."""
        return f"{self.base}/undanlagt"

    def login(self, token: str) -> str:
        """Where a one-time link logs in."""
        return f"{self.base}/logga-in/{token}"

    def follow(self, token: str) -> str:
        """Where an address confirms that it follows."""
        return f"{self.base}/folj/{token}"

    def unfollow(self, token: str) -> str:
        """Where following ends, also with a mail program's one click."""
        return f"{self.base}/sluta-folja/{token}"
