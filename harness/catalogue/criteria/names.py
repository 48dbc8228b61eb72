"""Names of the criteria that turn several readings into the one value that is judged.

An item names its criterion in `formula`; each name is a module of this folder, with `_` for `-`.
"""

from typing import Literal

Formula = Literal[
    "brake-imbalance",
    "braking-rate",
    "cell-spread-rms",
    "flash-rate",
    "insulation-per-volt",
    "mfdd",
    "speedometer-error",
    "wheel-drag",
]
