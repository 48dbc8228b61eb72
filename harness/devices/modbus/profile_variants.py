"""Variants of a device: the same map with some keys of some points changed."""

from typing import Any

from harness.datafile import Path_, Places
from harness.devices.modbus.profile_conditions import Complaints
from harness.devices.modbus.profile_file import VariantFile


class VariantPlaces(Places):
    """Where things stand that a variant changes: in the variant; the others where they are."""

    def __init__(self, places: Places, variant: str) -> None:
        super().__init__(places.file)
        self._all = places
        self._variant = variant

    def of(self, path: Path_) -> tuple[int, int]:
        """Line and column of the value at `path`, or of the nearest enclosing one."""
        return self._all.of(self._moved(path))

    def has(self, path: Path_) -> bool:
        return self._all.has(self._moved(path))

    def _moved(self, path: Path_) -> Path_:
        here: Path_ = ("variants", self._variant)
        if path[:1] == ("title",):
            return (*here, *path) if self._all.has((*here, "title")) else path
        row = (*here, *path[:2])
        changed = path[:1] == ("points",) and len(path) > 1 and self._all.has(row)
        return (*here, *path) if changed else path


def varied_values(
    values: dict[str, Any], name: str, variant: VariantFile, complain: Complaints
) -> dict[str, Any]:
    """The file's values with those of a variant in their place."""
    points = dict(values["points"])
    for point, changes in variant.points.items():
        if point in points:
            points[point] = {**points[point], **changes}
        else:
            complain.no_point(("variants", name, "points", point), point)
    own = values["variants"][name]
    title = {"title": own["title"]} if variant.title is not None else {}
    return {**values, **title, "points": points}
