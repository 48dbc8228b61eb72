"""x"""

from collections.abc import Mapping

PROCEDURE = "VEH-INSP-02"

FOUND: Mapping[str, tuple[str, ...]] = {"camera-window-muddy": ("camera-face",)}
