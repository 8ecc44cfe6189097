"""The URLs of web pages that letters link to."""

from dataclasses import dataclass
from urllib.parse import quote

LOG_IN_FIRST = "logga-in"  # the parameter with which a page that everybody can open asks for the log-in first


@dataclass(frozen=True)
class WebAddresses:
    """The URLs of one installation's web pages. They begin with `base`, which has no slash at its end."""

    base: str

    def own_case(self, public_id: str) -> str:
        """Return the URL of a case with its public id, an id that only the case's reporter knows."""
        return f"{self.base}/arende/{public_id}"

    def answer(self, token: str) -> str:
        """Return the URL at which whoever got a letter answers it with this token, without a log-in."""
        return f"{self.base}/svar/{token}"

    def case(self, ref: str) -> str:
        """Return the URL of a case with its reference.

        People who are logged in can open it, and everybody can once the case is published.
        """
        return f"{self.base}/arenden/{ref}"

    def case_at_work(self, ref: str) -> str:
        """Return the URL of a case for staff: whoever is not logged in is asked to log in, even if it is published."""
        return f"{self.case(ref)}?{LOG_IN_FIRST}=1"

    def desk(self) -> str:
        """Return the URL of the desk's page: what came in, is due and is overdue."""
        return f"{self.base}/skrivbord"

    def forum(self) -> str:
        """Return the URL of the page of the forum's meetings and agenda: who is not logged in is asked to log in."""
        return f"{self.base}/forum?{LOG_IN_FIRST}=1"

    def meeting(self, number: int) -> str:
        """Return the URL of the page of the meeting with this number, which everybody can open."""
        return f"{self.base}/forum/{number}"

    def own_meeting(self, number: int) -> str:
        """Return the URL of that page for whoever can answer there: who is not logged in is asked to log in."""
        return f"{self.meeting(number)}?{LOG_IN_FIRST}=1"

    def invitation(self, token: str) -> str:
        """Return the URL at which a guest, who cannot log in, answers an invitation with this token."""
        return f"{self.base}/kallelse/{token}"

    def minutes(self, number: int) -> str:
        """Return the URL of the adjusted minutes of the meeting with this number, which everybody can open."""
        return f"{self.base}/protokoll/{number}"

    def plan(self, slug: str) -> str:
        """Return the URL of the page of the plan with this slug."""
        return f"{self.base}/plan/{slug}"

    def to_ring(self) -> str:
        """Return the URL of the list of telephone calls to make."""
        return f"{self.base}/ring"

    def set_aside(self) -> str:
        """Return the URL of the list of what was set aside."""
        return f"{self.base}/undanlagt"

    def login(self, token: str, wanted: str | None = None) -> str:
        """Return the URL at which a person logs in with this one-time token, on their way to the page at `wanted`."""
        return f"{self.base}/logga-in/{token}" + (f"?next={quote(wanted)}" if wanted else "")

    def follow(self, token: str) -> str:
        """Return the URL at which somebody confirms with this token that they want to follow a case."""
        return f"{self.base}/folj/{token}"

    def preferences(self, token: str | None = None) -> str:
        """Return the URL at which a reader says when letters come: by this token, or else after the log-in."""
        return f"{self.base}/utskick" + (f"/{token}" if token else "")

    def unfollow(self, token: str) -> str:
        """Return the URL at which a follower unsubscribes.

        The unsubscribe button of a mail program uses it too (RFC 8058).
        """
        return f"{self.base}/sluta-folja/{token}"
