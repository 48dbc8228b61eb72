"""Verbs for actuators that are commanded by wire.

Nothing moves without a release: every verb that moves something names the step that released it,
begins with the handshake, and ends with the actuator manual and at rest, whatever happens.
"""
