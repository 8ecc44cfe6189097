"""The URLs of web pages that letters link to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WebAddresses:
    """The URLs of one installation. `base` has no slash at its end."""

    base: str

    def own_case(self, public_id: str) -> str:
        """Return the page of a case by its public id, which only its reporter knows."""
        return f"{self.base}/arende/{public_id}"

    def case(self, ref: str) -> str:
        """Return the page of a case for who is logged in, and for everybody once it is published."""
        return f"{self.base}/arenden/{ref}"

    def desk(self) -> str:
        """Return the desk's page: what came in, is due and is overdue."""
        return f"{self.base}/skrivbord"

    def forum(self) -> str:
        """Return the page of the forum's meetings and agenda."""
        return f"{self.base}/forum"

    def to_ring(self) -> str:
        """Return the list of calls to make."""
        return f"{self.base}/ring"

    def set_aside(self) -> str:
        """Return the list of what was set aside."""
        return f"{self.base}/undanlagt"

    def login(self, token: str) -> str:
        """Return the page where this one-time token logs in."""
        return f"{self.base}/logga-in/{token}"

    def follow(self, token: str) -> str:
        """Return the page where a follower confirms with this token."""
        return f"{self.base}/folj/{token}"

    def unfollow(self, token: str) -> str:
        """Return the page where a follower unsubscribes, also with a mail program's one click (RFC 8058)."""
        return f"{self.base}/sluta-folja/{token}"
