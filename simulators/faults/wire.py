"""The Modbus wire: slow, lossy, disturbed. The pile itself is sound."""

from math import inf
from typing import Any

from harness.text import Text
from simulators.faults.fault import Fault, defect, inspection
from simulators.rig import Rig
from simulators.wire import EVERY, Disturbance


def _wire(rig: Rig) -> Any:
    return rig.wires["pile"]


def _reply(name: str, disturbance: Disturbance, title: Text, detail: Text) -> Fault:
    def begin(rig: Rig) -> None:
        rig.wires["pile"].set(disturbance, True)

    def end(rig: Rig) -> None:
        rig.wires["pile"].set(disturbance, False)

    return Fault(
        name=name,
        title=title,
        detail=Text(f"每 {EVERY} 次应答{detail.zh}", f"Every {EVERY}th reply {detail.en}"),
        kind="protocol",
        expects=inspection("communication"),
        on=begin,
        off=end,
    )


FAULTS = (
    _reply(
        "reply-dropped",
        Disturbance.DROPPED,
        Text("应答丢失", "Replies get lost"),
        Text("丢失一次。", "does not arrive."),
    ),
    _reply(
        "reply-delayed",
        Disturbance.DELAYED,
        Text("应答延迟", "Replies come late"),
        Text("晚 1.4 s，超过应答时限。", "comes 1.4 s late, after the time-out."),
    ),
    _reply(
        "reply-corrupted",
        Disturbance.CORRUPTED,
        Text("应答帧受扰", "Replies get corrupted"),
        Text("在途中翻转一位，校验不符。", "has a bit turned over on the way."),
    ),
    _reply(
        "reply-refused",
        Disturbance.REFUSED,
        Text("设备忙", "The pile is busy"),
        Text("为异常码 6（设备忙）。", "is exception 6 (device busy)."),
    ),
    _reply(
        "reply-wrong-unit",
        Disturbance.WRONG_UNIT,
        Text("从站地址错误", "Replies carry another unit id"),
        Text("带有错误的从站地址。", "carries another unit id."),
    ),
    Fault(
        name="slow-modbus",
        title=Text("应答缓慢", "Slow replies"),
        detail=Text("每次应答约 350 ms。", "Every reply takes about 350 ms."),
        kind="protocol",
        expects=inspection("response-time"),
        defects=(defect(lambda rig: rig.wires["pile"], "extra_delay", 0.335),),
    ),
    Fault(
        name="modbus-line-broken",
        title=Text("通信线断", "Modbus line broken"),
        detail=Text("485 线断开，桩不应答。", "The RS-485 wire is open: no reply at all."),
        kind="wiring",
        defects=(defect(_wire, "broken", True),),
    ),
    Fault(
        name="modbus-garbled",
        title=Text("通信接口损坏", "Modbus transceiver broken"),
        detail=Text(
            "桩的 485 接口芯片损坏，应答全是乱码。",
            "The RS-485 transceiver of the pile is broken: every reply is garbage.",
        ),
        kind="physics",
        defects=(defect(_wire, "garbled", True),),
    ),
    Fault(
        name="modbus-baud-wrong",
        title=Text("波特率不符", "Wrong baud rate"),
        detail=Text(
            "桩的波特率被改为 19200，主站按原波特率，互相听不懂。",
            "The pile is set to another baud rate than its master: neither understands the other.",
        ),
        kind="data",
        defects=(defect(_wire, "baud_matches", False),),
    ),
    Fault(
        name="gateway-frozen",
        title=Text("网关数据冻结", "Gateway frozen"),
        detail=Text(
            "网关一直用同一份缓存应答，数值不再变化。",
            "A gateway answers from its memory and never fetches anew: no value moves.",
        ),
        kind="protocol",
        expects=inspection("estop-press", "estop-latched", "gun-out"),
        defects=(defect(_wire, "cache_for", inf),),
    ),
    Fault(
        name="gateway-stale",
        title=Text("网关数据陈旧", "Gateway stale"),
        detail=Text(
            "网关每 20 s 才刷新一次缓存，读到的是旧值。",
            "A gateway fetches only every 20 s: what is read may be that old.",
        ),
        kind="protocol",
        expects=inspection("estop-press", "estop-latched", "gun-out"),
        defects=(defect(_wire, "cache_for", 20.0),),
    ),
    Fault(
        name="words-swapped",
        title=Text("双字高低位颠倒", "Words swapped"),
        detail=Text(
            "网关把 32 位数的两个字颠倒。",
            "A gateway hands on 32-bit numbers with the lower word first.",
        ),
        kind="protocol",
        expects=inspection("clock"),
        defects=(defect(_wire, "words_swapped", True),),
    ),
    Fault(
        name="watchdog-trips-early",
        title=Text("看门狗误动作", "Watchdog trips early"),
        detail=Text(
            "看门狗计时快 20 倍，主站还在通信就动作。",
            "The watchdog counts 20 times too fast and trips while its master still talks.",
        ),
        kind="protocol",
        defects=(defect(lambda rig: rig.pile.watchdog, "haste", 20.0),),
    ),
)
