"""Where the data folders are: inside the wheel, or beside the package in a checkout."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def data_folder(name: Literal["procedures", "dbc", "scenarios"]) -> Path:
    """The folder of shipped data. A wheel carries it as `harness/_data/<name>`."""
    inside = _PACKAGE / "_data" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
