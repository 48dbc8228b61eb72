"""Moments, as the reader's clock shows them."""

from datetime import datetime


def local_time(recorded: str) -> str:
    """A recorded moment in the time zone of the reader; as it stands if it is none."""
    try:
        return f"{datetime.fromisoformat(recorded).astimezone():%Y-%m-%d %H:%M:%S %z}"
    except ValueError:
        return recorded
