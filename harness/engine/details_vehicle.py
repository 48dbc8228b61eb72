"""Details of failures about vehicles and recordings in Chinese."""

from harness.devices.diag.nrc import nrc_name
from harness.devices.diag.services import SERVICES
from harness.engine import (
    battery_words,
    by_wire_words,
    calibration_words,
    cockpit_words,
    details_can_zh,
    details_diag_zh,
    details_recording_zh,
    details_tester_zh,
    details_vehicle_bench_zh,
    handover_words,
    heard_words,
    preparation_words,
    sensor_words,
    trace_words,
    used_words,
)
from harness.engine.phrases import Translate

_NAMES = {name.en: name.zh for name in (*map(nrc_name, range(256)), *SERVICES.values())}
"""Services and negative responses by their English names."""


def detail(english: str, translate: Translate) -> str | None:
    """A detail in Chinese; None when it is not known."""
    return (
        _NAMES.get(english)
        or details_recording_zh.DETAILS.find(english, translate)
        or details_diag_zh.DETAILS.find(english, translate)
        or details_can_zh.DETAILS.find(english, translate)
        or details_vehicle_bench_zh.DETAILS.find(english, translate)
        or by_wire_words.DETAILS.find(english, translate)
        or trace_words.DETAILS.find(english, translate)
        or details_tester_zh.DETAILS.find(english, translate)
        or sensor_words.DETAILS.find(english, translate)
        or battery_words.DETAILS.find(english, translate)
        or heard_words.DETAILS.find(english, translate)
        or used_words.DETAILS.find(english, translate)
        or calibration_words.DETAILS.find(english, translate)
        or preparation_words.DETAILS.find(english, translate)
    )


def expected(english: str, translate: Translate) -> str | None:
    """What was expected; None when it is not known."""
    return (
        details_recording_zh.EXPECTED.find(english, translate)
        or details_can_zh.EXPECTED.find(english, translate)
        or details_diag_zh.EXPECTED.find(english, translate)
        or details_vehicle_bench_zh.EXPECTED.find(english, translate)
        or by_wire_words.EXPECTED.find(english, translate)
        or trace_words.EXPECTED.find(english, translate)
        or details_tester_zh.EXPECTED.find(english, translate)
        or sensor_words.EXPECTED.find(english, translate)
        or battery_words.EXPECTED.find(english, translate)
        or handover_words.EXPECTED.find(english, translate)
        or heard_words.EXPECTED.find(english, translate)
        or used_words.EXPECTED.find(english, translate)
        or calibration_words.EXPECTED.find(english, translate)
        or cockpit_words.EXPECTED.find(english, translate)
    )
