"""Loads and sources that are set and read by SCPI commands: one driver, a profile per model."""
