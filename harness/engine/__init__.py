"""Runs a procedure on a bench: plan, steps, deadlines, failure policy, safe state."""
