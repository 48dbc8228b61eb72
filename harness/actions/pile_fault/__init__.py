"""Naming what is wrong with a charging pile, from what is on record.

`readings` turns readings into findings, `checks` says what hands and eyes can add, `causes` is the
table of what each fault shows, `rules` compares the two. Nothing here knows a simulator.
"""
