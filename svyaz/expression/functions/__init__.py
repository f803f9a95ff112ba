"""Functions of the formula language: one file per subject, one list of them all in table.py."""
