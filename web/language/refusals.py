"""The title and the sentence for each refusal, by its code, in the language of whoever sent the request."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from cases.case import is_reference
from web.language.dates import day_words
from web.language.state_words import STATES_IN_SENTENCES

BAD_CHARACTERS = _("The text holds invisible characters that cannot be stored. Paste it as plain text.")

TITLES: Mapping[str, LazyString] = {
    "bad-request": _("The request cannot be read"),
    "login-needed": _("Log in first"),
    "log-in-to-send": _("Log in first"),
    "log-in-to-send-files": _("Log in first"),
    "log-in-to-send-without-files": _("Log in first"),
    "log-in-and-send": _("Log in first"),
    "form-of-another": _("Somebody else is logged in now"),
    "form-of-another-kind": _("Somebody else is logged in now"),
    "unknown-token": _("The token opens nothing"),
    "expired-token": _("The token has expired"),
    "not-allowed": _("You have no access to this page"),
    "not-found": _("Nothing was found here"),
    "gone": _("This is no longer public"),
    "method-not-allowed": _("This cannot be done here"),
    "not-acceptable": _("Only JSON is spoken here"),
    "too-large": _("Too large"),
    "too-large-to-read": _("Too large"),
    "unsupported-media-type": _("Only JSON is read here"),
    "unknown-parameter": _("Unknown parameter"),
    "bad-fields": _("Something needs to be put right"),
    "too-many-requests": _("Too many requests"),
    "internal-error": _("Something went wrong here"),
    "unavailable": _("Not available just now"),
    "stale-version": _("Somebody else was here first"),
    "transition-not-allowed": _("This step cannot be taken"),
    "already-confirmed": _("It is said already"),
    "letter-link-dead": _("The link can no longer be used"),
    "nothing-to-read": _("No reply waits to be read"),
    "key-used-otherwise": _("The key was used for something else"),
    "conflict": _("Two did this at once"),
    "still-responsible": _("The unit still has open cases"),
    "already-settled": _("The case is settled"),
    "likely-junk": _("The case is likely junk"),
    "meeting-over": _("The meeting has come too far"),
    "agenda-sent": _("The agenda is sent"),
    "agenda-not-sent": _("The agenda is not sent"),
    "meeting-ahead": _("The meeting is still to come"),
    "not-closed": _("The meeting is not closed"),
    "stale-agenda": _("Somebody else was here first"),
    "item-settled": _("The item is settled already"),
    "item-open": _("The item is not settled"),
    "item-taken-up": _("It stands on the next agenda"),
    "items-unsettled": _("Some items are not settled"),
    "record-stands": _("It is done already"),
    "no-draft": _("There is no draft"),
    "stale-draft": _("Somebody else was here first"),
    "adopted-today": _("The plan is adopted already"),
    "plan-not-whole": _("The plan is not ready yet"),
    "day-stays": _("The day cannot be moved: the calendar of the demonstration ends here."),
    "clock-trouble": _("The clock is wrong"),
}

SENTENCES: Mapping[str, LazyString] = {
    "bad-request": _("The request could not be understood."),
    "login-needed": _("You need to log in to do this."),
    "unknown-token": _("The token is unknown or no longer valid."),
    "expired-token": _("The time of the token is over. Ask your administrator for a new one."),
    "not-allowed": _("You have no right to do this. Ask the contact person if you think that you should have it."),
    "not-found": _("This page does not exist, or you need to log in to see it."),
    "gone": _("What stood here has been taken back. Those who work with it can log in and read it."),
    "method-not-allowed": _("This address cannot be used like that. Go back and try again."),
    "not-acceptable": _("This address can only answer with JSON."),
    "too-large": _("What you sent is larger than we can take (10 MB). Go back and send less."),
    "too-large-to-read": _(
        "The files are far more than 10 MB together, so nothing of what you sent was read. "
        "Go back, take some files away and send it again."
    ),
    "unsupported-media-type": _("Send JSON, with Content-Type: application/json."),
    "unknown-parameter": _("The address has a parameter that we do not know."),
    "bad-fields": _("Some of what was given cannot be used."),
    "too-many-requests": _("You have tried many times. Try again in %(wait)s."),
    "internal-error": _("Something went wrong on our side. It has been noted. Try again in a while."),
    "unavailable": _("We cannot reach our records just now. Try again in a moment."),
    "stale-version": _("Somebody has changed the case since you read it. Look at what happened, then try again."),
    "transition-not-allowed": _("A case that is %(state)s cannot become %(to)s."),
    "letter-link-dead": _("The link in the e-mail cannot be used for this any more."),
    "nothing-to-read": _("Somebody has read the reply already, or the case has gone on."),
    "already-confirmed": _("You have said already that it is fixed."),
    "key-used-otherwise": _("The Idempotency-Key was used for another request."),
    "conflict": _("Somebody else did something at the same moment. Try again."),
    "bad-key": _("The Idempotency-Key must be 1 to 255 visible characters of ASCII."),
    "wrong-code": _("That is not the code in the e-mail. Look at it once more."),
    "last-try-wrong": _(
        "That is not the code in the e-mail, and you cannot try it again. Only the link in the e-mail works now, in "
        "this browser."
    ),
    "code-used": _("The code has been used already. If it was you who used it just now, you are logged in."),
    "code-tried-too-often": _(
        "You cannot try the code again. Use the link in the e-mail, or ask for a new e-mail later."
    ),
    "no-code-here": _("No code can be used here: it is used, older than ten minutes, or asked for in another browser."),
    "words-needed": _("Write why: the person who asked will read it."),
    "reasons-needed": _("Write the reasons: they stand in the minutes and in the case."),
    "title-needed": _("Say in a few words what it is about."),
    "comment-needed": _("Write something first: the comment is empty."),
    "off-agenda-needed": _("Write why it is taken off the agenda."),
    "decision-needed": _("Name the decision that the erasing rests on."),
    "contest-needed": _("Write what is still wrong: those who have the case will read it."),
    "another-door": _("This kind is not reported here. An item of a plan becomes a case when the plan is adopted."),
    "area-needed": _("Give the area a name."),
    "drop-needed": _("Write why it is left out: everybody can read it in the plan."),
    "anchoring-needed": _("Write what you did, and what came of it."),
    "question-needed": _("Write the question: whoever is asked will read it."),
    "grade-needed": _("Choose a number from 1 to 5."),
    "answer-needed": _("Write the answer first: the field is empty."),
    "done-needed": _("Write what has been done, or the answer: the person who asked will read it."),
    "reopen-needed": _("Write why it is taken up again: the person who asked will read it."),
    "reason-needed": _("Write why. Only staff read it."),
    "date-needed": _("Give a date."),
    "forwarded-on-needed": _("Write also on which day it was sent on."),
    "answered-on-needed": _("Write also on which day they answered."),
    "date-outside": _("The date must be from %(earliest)s to %(latest)s."),
    "date-only": _("The date must be %(earliest)s."),
    "date-early": _("The date must be %(earliest)s or later."),
    "date-next-contact": _("Choose a day from %(earliest)s to %(latest)s: no group waits longer for us than that."),
    "date-late": _("The date must be %(latest)s or earlier."),
    "number-outside": _("The number must be from %(least)s to %(most)s."),
    "more-than-reached": _("No more can have answered or come than were reached: at most %(most)s."),
    "name-needed": _("Choose one."),
    "sent-on-to-needed": _("Choose also to whom it was sent on: who decides, or who keeps the road or the place."),
    "whom-needed": _("Write whom the case waits for."),
    "unit-needed": _("Choose a unit."),
    "still-in-office": _("%(name)s still holds open cases or a post: say who takes over."),
    "case-needed": _("Write the number of the case, such as 2026-0042."),
    "no-case-number": _("“%(name)s” is not the number of a case. Write it as 2026-0042."),
    "unknown-case": _("There is no case with the number %(name)s."),
    "unknown-cursor": _("The list cannot go on from there. Ask for its first page again, without cursor."),
    "unknown-step": _("There is no such step. Choose one of those on the page."),
    "unknown-name": _("There is none with the name %(name)s."),
    "mail-address": _("No e-mail can be sent to this address: write it as name@example.se."),
    "mail-address-letters": _("No e-mail can be sent to an address with å, ä, ö or similar characters before the @."),
    "phone-number": _("This is not a telephone number: write it as 070-174 06 05."),
    "cannot-meet": _("%(name)s holds no meetings here."),
    "cannot-hold-cases": _("%(name)s only meets and cannot hold cases; a case can wait for it."),
    "merge-target": _("%(name)s must be another case that is open."),
    "protected-identity": _(
        "The person who asked has a protected identity, so the case cannot be taken up by the forum."
    ),
    "field-not-used": _("This step takes no such value. Leave it out."),
    "question-hidden": _("Whoever is asked must be able to read the question. Choose another reader."),
    "half-position": _("A position needs both latitude and longitude: give both, or leave out both."),
    "members-only": _("Only members and staff may report for %(name)s."),
    "too-long": _("The text may have at most %(most)s characters."),
    "file-refused": _("%(name)s cannot be taken."),
    "file-type": _("%(name)s cannot be taken: only JPEG, PNG and PDF can."),
    "file-too-large": _("%(name)s is larger than 10 MB."),
    "file-unreadable": _("%(name)s cannot be read: the file may be damaged."),
    "file-locked": _("%(name)s is locked with a password. Send a copy without it."),
    "file-too-heavy": _("%(name)s is too large to be handled. Send it in a smaller size."),
    "files-busy": _("%(name)s could not be handled just now. Add it again in a few minutes."),
    "file-empty": _("%(name)s cannot be taken: the file is empty."),
    "file-lost": _("%(name)s did not come along: choose it again."),
    "file-lost-unnamed": _("A file did not come along: choose it again."),
    "files-too-large": _(
        "%(name)s did not fit in the same sending as the others. Add it again: it is then sent for itself."
    ),
    "form-too-large": _("The files are more than 10 MB together. The rest is kept: look below and send again."),
    "form-sent-before": _("This form has been sent already. If this is something new, send it once more."),
    "form-of-another": _(
        "You were not logged in as you are now when the form was opened. Read it, then send it in your own name."
    ),
    "form-of-another-kind": _(
        "Somebody who may fill in more than you was logged in when the form was opened. Copy what you need into a form "
        "of your own."
    ),
    "log-in-to-send": _("You have been logged out. What you wrote is kept for two hours: log in, and it is there."),
    "log-in-to-send-files": _(
        "You have been logged out. What you wrote is kept for two hours, and your files too: log in, and it is there."
    ),
    "log-in-to-send-without-files": _(
        "You have been logged out. What you wrote is kept for two hours: log in, and it is there. "
        "Your files have to be chosen again."
    ),
    "log-in-and-send": _("You have been logged out. Log in in another tab, then send what you wrote from here."),
    "too-many-files": _("%(name)s was left out: a case can have at most %(most)s files."),
    "bad-characters": BAD_CHARACTERS,
    "too-many-questions": _("At most %(most)s questions fit here. Save these first, and take the rest after them."),
    "already-there": _("%(name)s is there already."),
    "already-settled": _("The case is settled. Reopen it first."),
    "likely-junk": _("The case is likely junk. Assign it as usual if it is real; then this can be done."),
    "meeting-closed": _("The meeting is closed. What it took up stands in its minutes."),
    "meeting-past": _("The day of the meeting is past."),
    "meeting-adjusted": _("The minutes have been approved, and do not change any more."),
    "meeting-cancelled": _("The meeting was cancelled."),
    "agenda-sent": _("The agenda is sent. Take away what is not to be taken up with a reason; what is new comes last."),
    "agenda-not-sent": _("Send the agenda first."),
    "meeting-ahead": _("The meeting is on %(on)s. Until then an item can only be withdrawn."),
    "not-closed": _("Close the meeting first."),
    "stale-agenda": _("The agenda was saved after you opened it. Read what it says now."),
    "item-settled": _("Item %(number)s is settled already."),
    "item-open": _("Item %(number)s is not settled yet, so there is nothing to put right."),
    "item-taken-up": _("Item %(number)s was postponed, and stands on the agenda of the next meeting already."),
    "items-unsettled": _("Settle these first: %(items)s"),
    "record-stands": _("This is done already. To correct it, do it again."),
    "no-draft": _("The plan has no draft. Begin one first."),
    "stale-draft": _("The draft was saved on %(on)s at %(clock)s, after you opened it. Read what it says now."),
    "stale-draft-of": _("%(name)s saved the draft on %(on)s at %(clock)s, after you opened it. Read what it says now."),
    "adopted-today": _(
        "A plan was adopted on that day, or you adopted one today. Choose a later day: tomorrow at the earliest "
        "if you have adopted one today."
    ),
    "plan-not-whole": _("The plan cannot be adopted yet: %(count)s things are missing."),
    "plan-not-whole-by-one": _("The plan cannot be adopted yet: one thing is missing."),
    "record-needed": _("This case ends when what is expected has been done. Use the button on its page."),
    "no-sort-of-group": _("Only a group is of a sort: of a village, of the town or of a sector."),
    "sector-has-no-place": _("A group of a sector belongs to no place. Leave out the place, or choose another sort."),
    "no-free-seat": _(
        "%(name)s has no seat here that is free on all of those days. End one first, or choose other days."
    ),
    "no-free-seat-of-sector": _(
        "The sector has no seat here that is free on all of those days. End one first, or choose other days."
    ),
    "sits-already": _("%(name)s already has a seat here on one of those days."),
    "seats-still-held": _("More seats are held than there would be. End those first."),
    "unknown-person": _("Nobody who can log in here has the address %(name)s. The administrator can add them."),
    "still-responsible": _("%(name)s still has %(count)s open cases. Move them first."),
    "holds-demonstration": _("This is the demonstration. A municipality of your own needs a database of its own."),
    "day-stays": _("The day cannot be moved: the calendar of the demonstration ends here."),
    "clock-trouble": _("The clocks of two machines differ by %(seconds)s seconds."),
    "bad-field": _("This cannot be used."),
    "refused": _("This cannot be done."),
    "cross-site": _("The form was sent from another site."),
    "form-too-old": _("The form has been open too long. Open it again."),
    "form-again": _("The form had been open for too long. What you wrote is still here: send it once more."),
    "form-and-files-again": _(
        "The form had been open for too long. What you wrote is still here: choose your files again and send it."
    ),
}

EXACT: Mapping[tuple[str, str], str] = {  # code and field: what is missing or unknown there
    ("field-not-used", "visibility"): "question-hidden",
    ("date-needed", "forwarded_on"): "forwarded-on-needed",
    ("date-needed", "answered_on"): "answered-on-needed",
    ("name-needed", "decides"): "sent-on-to-needed",
    ("date-outside", "next_on"): "date-next-contact",
    ("number-outside", "answered"): "more-than-reached",
    ("words-needed", "title"): "title-needed",
    ("words-needed", "text"): "comment-needed",
    ("words-needed", "decision"): "decision-needed",
    ("name-needed", "waiting_for"): "whom-needed",
    ("name-needed", "waiting_name"): "whom-needed",
    ("name-needed", "responsible"): "unit-needed",
    ("name-needed", "into"): "case-needed",
    ("words-needed", "off_agenda"): "off-agenda-needed",
    ("unknown-name", "to"): "unknown-case",
    ("unknown-name", "case"): "unknown-case",
    ("unknown-name", "into"): "unknown-case",
    ("unknown-name", "cursor"): "unknown-cursor",
    ("unknown-name", "step"): "unknown-step",
    ("unknown-name", "email"): "unknown-person",
    ("no-free-seat", "sector"): "no-free-seat-of-sector",
}

WORDS_OF_STEP: Mapping[str, str] = {  # the steps that say something else than why
    "wait": "question-needed",
    "answer": "answer-needed",
    "rate": "grade-needed",
    "finish": "done-needed",
    "contest": "contest-needed",
    "reopen": "reopen-needed",
    "item": "title-needed",
    "area": "area-needed",
    "drop": "drop-needed",
    "show_anchoring": "anchoring-needed",
    "settle_item": "reasons-needed",
    "recommend": "reasons-needed",
}

SEVERAL_FILES: Mapping[str, LazyString] = {
    "file-refused": _("%(count)s files cannot be taken: %(names)s"),
    "file-type": _("%(count)s files are not JPEG, PNG or PDF: %(names)s"),
    "file-empty": _("%(count)s files are empty: %(names)s"),
    "file-too-large": _("%(count)s files are larger than 10 MB: %(names)s"),
    "file-unreadable": _("%(count)s files cannot be read and may be damaged: %(names)s"),
    "file-locked": _("%(count)s files are locked with a password. Send copies without it: %(names)s"),
    "file-too-heavy": _("%(count)s files are too large to be handled. Send them in a smaller size: %(names)s"),
    "files-busy": _("%(count)s files could not be handled just now. Add them again in a few minutes: %(names)s"),
    "files-too-large": _(
        "%(count)s files did not fit in the same sending. Add them again: they are then sent for themselves: %(names)s"
    ),
    "file-lost": _("%(count)s files did not come along. Choose them again: %(names)s"),
    "file-lost-unnamed": _("%(count)s files did not come along: choose them again."),
    "too-many-files": _("%(count)s files were left out: a case can have at most %(most)s files: %(names)s"),
}


def title_of(code: str) -> str:
    """Return the title for a refusal with this code, such as "not-allowed": a few words that name the kind of error."""
    return str(TITLES.get(code, TITLES["bad-fields"]))


def sentence_of(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """Return the sentence that tells why, for a refusal with this code, such as "date-needed".

    `facts` maps the sentence's placeholders to their values; states among the values are translated.
    """
    filled = {name: _in_words(fact) for name, fact in (facts or {}).items()}
    sentence = str(SENTENCES.get(_exact(code, facts or {}), SENTENCES["refused"]))
    return sentence % filled if "%(" in sentence else sentence


def _in_words(fact: Any) -> Any:
    return day_words(fact) if type(fact) is date else STATES_IN_SENTENCES.get(str(fact), fact)


def sentence_of_files(code: str, names: Sequence[str], facts: Mapping[str, Any], *, most_names: int) -> str:
    """Return the sentence for files that are refused with this code, each with its name in `names` ("" if not known).

    Of several files at most `most_names` are named.
    """
    if len(names) == 1:
        return sentence_of(code, {**facts, "name": names[0]})
    listed = ", ".join(names[:most_names]) + (" ..." if len(names) > most_names else "")
    said = str(SEVERAL_FILES[_exact(code, {**facts, "name": names[0]})])
    return said % {**facts, "count": len(names), "names": listed}


def _exact(code: str, facts: Mapping[str, Any]) -> str:
    """Return the key of the sentence that is exact for these facts: mostly the code itself."""
    if code == "date-outside" and facts.get("earliest") == facts.get("latest"):
        return "date-only"
    if code == "date-outside" and not facts.get("latest"):
        return "date-early"
    if code == "date-outside" and not facts.get("earliest"):
        return "date-late"
    if code == "meeting-over":
        return f"meeting-{facts['how']}"
    if code == "stale-draft" and facts.get("name"):
        return "stale-draft-of"
    if code == "plan-not-whole" and facts.get("count") == 1:
        return "plan-not-whole-by-one"
    if code == "words-needed" and facts.get("step") in WORDS_OF_STEP:
        return WORDS_OF_STEP[str(facts["step"])]
    if code == "file-lost" and not facts.get("name"):
        return "file-lost-unnamed"
    exact = EXACT.get((code, str(facts.get("field", "")).rpartition(".")[2]), code)
    if exact == "unknown-case" and not is_reference(str(facts.get("name", ""))):
        return "no-case-number" if facts.get("name") else "case-needed"
    return exact
