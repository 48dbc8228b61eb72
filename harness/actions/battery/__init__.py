"""Verbs that work out the condition of battery and motor from a segment recorded on the bus."""
