"""Practical skill assessment: exams with hidden faults, scoring, review, sign-off, skills."""
