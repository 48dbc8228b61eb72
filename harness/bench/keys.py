"""The bench's own keys for security access to control units.

An algorithm comes from an installed package (`harness.keys`), its options from a file that lies
beside the bench file. Neither options nor keys are put on record.
"""

from functools import partial
from pathlib import Path
from typing import Any

from harness.bench.model import DeviceEntry
from harness.datafile import load
from harness.devices.diag.keys import KeyAlgorithm, key_algorithm
from harness.errors import UsageError


def key_algorithms(entry: DeviceEntry, folder: Path | None) -> dict[str, KeyAlgorithm]:
    """By the name that the diagnostic description has. Raises UnknownNameError, FileError."""
    found: dict[str, KeyAlgorithm] = {}
    for name, key in entry.keys.items():
        algorithm = key_algorithm(key.use or name)
        options: dict[str, Any] = {}
        if key.options is not None:
            path = (folder or Path()) / key.options
            options = load(path)[0]
            if not isinstance(options, dict):
                raise UsageError(f"{path}: no mapping; expected the options of {key.use or name}")
        found[name] = partial(_with, algorithm, options)
    return found


def _with(
    algorithm: KeyAlgorithm, options: dict[str, Any], seed: bytes, level: int, _: object
) -> bytes:
    return algorithm(seed, level, options)
