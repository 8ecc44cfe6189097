"""The village method: what groups and municipality owe each other by a day, and the records of what was given.

What somebody owes by a day is a case (`owing`); what was given is a record, written only by an act on its case.
"""
