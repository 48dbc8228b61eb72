"""What is looked at, and looked up in reports, when a pile is checked against its standards."""

from harness.devices.operator import ABNORMAL, NORMAL, Answer
from simulators.rig import Rig

LOOKS = frozenset(
    {"inside-parts", "switching-devices", "anti-theft", "connection-mode", "touchable-parts"}
)
REPORTS = frozenset(
    {
        "report-scope",
        "report-interoperability",
        "report-interface-dimensions",
        "report-interface-space",
        "report-output-short-circuit",
        "report-touch-current",
        "report-dielectric-strength",
        "report-impulse-withstand",
        "report-clearance-creepage",
        "report-standby-power",
        "report-emc",
        "report-cold",
        "report-dry-heat",
        "report-damp-heat",
        "report-mould",
        "report-hammer",
        "report-salt-mist",
        "report-noise",
    }
)
"""Tests whose results are in the laboratory's type test report."""
NUMBER = "TR-2025-0417"


def look_up(rig: Rig, subject: str, by: str) -> Answer:
    """What the report says of one test."""
    found = rig.world.appearance.get(subject) or rig.world.appearance.get("reports")
    if found is not None:
        return Answer(value=ABNORMAL, by=by, note=f"{NUMBER}: {found}")
    return Answer(value=NORMAL, by=by, note=NUMBER)
