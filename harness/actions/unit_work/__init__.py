"""Verbs that change control units for good: unlock, back up, calibrate, code, reset, settle."""
