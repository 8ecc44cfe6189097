"""The forum and other bodies that meet: meetings called, agendas sent and settled, minutes adjusted.

What is owed of a meeting is one case from the calling to the adjusted minutes.
"""
