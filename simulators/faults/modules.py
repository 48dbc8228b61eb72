"""Modules around the controller, and what customers meet there."""

from typing import Any

from harness.text import Text
from simulators.faults.fault import Defect, Fault, Kind, defect, inspection
from simulators.rig import Rig


def _modules(rig: Rig) -> Any:
    return rig.pile.modules


def _module(
    name: str, code: str, change: Defect, *about: Text, steps: tuple[str, ...] = (),
    kind: Kind = "physics",
) -> Fault:  # fmt: skip
    title, detail = about
    return Fault(
        name=name,
        catalogue=code,
        title=title,
        detail=Text(f"{code} {detail.zh}", f"{code} {detail.en}"),
        kind=kind,
        expects=inspection(*steps) if steps else {},
        defects=(change,),
    )


def _no_confirmation(rig: Rig) -> None:
    """The customer held his card to the reader almost a minute ago; his app does not confirm."""
    rig.pile.present_card(ago=rig.pile.settings.confirm_timeout - 1.0)


FAULTS = (
    _module(
        "card-reader-silent",
        "F-31",
        defect(_modules, "reader_answers", False),
        Text("读卡器不应答", "Card reader silent"),
        Text("读卡器无电，不能刷卡。", "The card reader has no power: no start by card."),
        steps=("alarms",),
    ),
    _module(
        "screen-silent",
        "F-32",
        defect(_modules, "screen_answers", False),
        Text("显示屏不应答", "Screen silent"),
        Text("显示屏通信线松脱，充电不受影响。", "Its cable is loose; charging is not affected."),
        steps=("alarms",),
        kind="wiring",
    ),
    _module(
        "platform-offline",
        "F-33",
        defect(_modules, "network_up", False),
        Text("平台离线", "Platform off-line"),
        Text("桩与运营平台的通信中断。", "The link to the platform is down."),
        steps=("alarms",),
    ),
    _module(
        "sim-missing",
        "F-34",
        defect(_modules, "sim_inserted", False),
        Text("SIM 卡缺失", "SIM missing"),
        Text("SIM 卡被取走，桩离线。", "The SIM card is gone, so the pile is off-line as well."),
        steps=("alarms",),
    ),
    _module(
        "storage-full",
        "F-35",
        defect(_modules, "free_orders", 0),
        Text("存储已满", "Storage full"),
        Text("订单存满，不再接受新订单。", "Full of orders: none are accepted any more."),
        steps=("alarms",),
        kind="data",
    ),
    Fault(
        name="confirmation-missing",
        catalogue="F-42",
        title=Text("刷卡后未确认", "Card not confirmed"),
        detail=Text(
            "客户刷卡后没有在 App 上确认，60 s 后启动取消。",
            "The customer did not confirm his card in the app: the start lapses after 60 s.",
        ),
        kind="data",
        defects=(defect(lambda rig: rig.pile.card, "app_confirms", False),),
        on=_no_confirmation,
    ),
)
