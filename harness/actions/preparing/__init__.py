"""Verbs of preparing a car for the next rental: task, to-do list, presets, charging, gates."""
