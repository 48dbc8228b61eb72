"""Shared by all tests."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

# A slow machine, or the first text that hypothesis makes in a fresh checkout, is not a failure.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
