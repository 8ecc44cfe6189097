"""Feeds: what other programs fetch of themselves, news for readers of feeds (Atom) and days for calendars."""
