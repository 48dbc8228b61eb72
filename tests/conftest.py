"""Shared by all tests."""

import gc
import os

import postgres_cluster
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester", "store_help"]

# A slow machine, or the first text that hypothesis makes in a fresh checkout, is not a failure.
# The same commit gives the same verdict: examples are drawn from a fixed seed. `make fuzz` draws
# new ones each time.
_FUZZ = "HARNESS_FUZZ" in os.environ
settings.register_profile(
    "untimed",
    deadline=None,
    derandomize=not _FUZZ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Ten thousand collected tests and their modules stay to the end: what looks for garbage need
    not look at them again and again.
    """
    gc.collect()
    gc.freeze()


def pytest_report_header() -> str:
    if postgres_cluster.available():
        return "store: tested on SQLite and PostgreSQL"
    return "store: tested on SQLite only; no PostgreSQL found (apt-get install postgresql)"
