"""One browser window, used as a person does."""

import re

from playwright.sync_api import Error

NETWORK_CHANGED = "ERR_NETWORK_CHANGED"  # Chromium drops what it fetches when a network card comes or goes
REFUSED = re.compile(r"status of 4(03|04|10|13|22|29) ")  # a page that says what was wrong is no trouble

WEIGHT = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, it) => sum + it.encodedBodySize + 300, 0)"""  # of the headers as the specification counts them


class Screen:
    """One browser window, used as a person does."""

    def __init__(self, browser, address: str, **how: object) -> None:
        self.context = browser.new_context(locale="sv-SE", **how)
        self.context.set_default_timeout(10_000)
        self.page, self.address = self.context.new_page(), address
        self.complaints: list[str] = []
        self.interrupted = False  # by the machine's network, since the page was asked for
        self.page.on("console", self._note_complaint)

    def weight(self) -> int:
        """Return how many bytes the page and all that it fetches are over the wire, for a browser that has nothing."""
        return self.page.evaluate(WEIGHT)

    def open(self, path: str) -> None:
        """Go to a page; again, at most three times in all, when the machine's network changes meanwhile."""
        for _ in range(3):
            self.interrupted = False
            try:
                self.page.goto(self.address + path)
            except Error as error:
                if NETWORK_CHANGED not in error.message:
                    raise
                self.interrupted = True
            if not self.interrupted:
                break

    def be(self, name: str) -> None:
        """Log in as this person."""
        self.open("/logga-in")
        self.page.get_by_role("button", name=re.compile(f"^{name} ")).click()
        self.page.locator("button", has_text="Logga ut").first.wait_for(state="attached")  # on a telephone in the menu

    def step(self, name: str, **given: str) -> None:
        """Take a step with the step form."""
        self.page.get_by_role("radio", name=name, exact=True).check(force=True)
        for field, value in given.items():
            box = self.page.locator(f"#steg #{field}")
            box.select_option(value) if box.evaluate("it => it.tagName") == "SELECT" else box.fill(value)
        self.page.get_by_role("button", name="Spara steget").click()

    def says(self, words: str) -> None:
        """Wait until the page says this."""
        self.page.get_by_text(words).first.wait_for()

    def has_its_focus_in(self, words: str) -> None:
        """Assert that the focus, and so the reader of somebody who does not see, is where the page says this."""
        self.page.wait_for_function("document.activeElement.matches('[role=status]')")
        assert words in self.page.evaluate("document.activeElement.textContent")

    def _note_complaint(self, message) -> None:
        if NETWORK_CHANGED in message.text:
            self.interrupted = True
        elif message.type == "error" and not REFUSED.search(message.text):
            self.complaints.append(message.text)

    def close(self) -> None:
        """Close the window; assert that its console shows no error."""
        self.context.close()
        assert self.complaints == [], self.complaints
