"""Which adapters tell of error frames, and how it is said that one does not."""

import sys
from typing import Any

import pytest

from harness.devices.can.connection import CanConnection
from harness.devices.can.error_reports import silent_on_errors
from harness.engine import wording


def why(can: str, **more: Any) -> str:
    return silent_on_errors(CanConnection(can=can, channel="x", **more))


@pytest.mark.parametrize("can", ["memory", "socketcan", "kvaser", "vector", "nixnet", "nican"])
def test_these_tell(can: str) -> None:
    assert why(can) == ""


@pytest.mark.parametrize(
    "can",
    [
        "slcan", "seeedstudio", "robotell", "serial", "ixxat", "gs_usb", "socketcand",
        "canalystii", "systec", "virtual", "nobody-knows",
    ],
)  # fmt: skip
def test_these_do_not(can: str) -> None:
    assert why(can) == f"the adapter ({can}) does not report error frames"


def test_it_depends(monkeypatch: pytest.MonkeyPatch) -> None:
    assert why("vector", fd=True)
    assert why("socketcan", options={"ignore_rx_error_frames": True})
    assert why("nican", options={"log_errors": False})
    monkeypatch.setattr(sys, "platform", "win32")
    assert not why("pcan")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert why("pcan")


def test_the_reasons_are_said_in_chinese() -> None:
    assert wording.reason(why("slcan")).zh == "CAN 适配器（slcan）不上报错误帧"
    recording = silent_on_errors(CanConnection(can="recording", file="a.blf"))
    assert wording.reason(recording).zh.startswith("录制文件中没有任何错误帧")
