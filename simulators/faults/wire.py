"""The Modbus wire: slow, lossy, disturbed. The pile itself is sound."""

from harness.text import Text
from simulators.faults.fault import Fault, defect, inspection
from simulators.rig import Rig
from simulators.wire import EVERY, Disturbance


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
)
