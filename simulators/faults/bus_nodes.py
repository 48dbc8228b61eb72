"""Units that are at fault themselves, the wires being sound."""

from harness.text import Text
from simulators.canbus.node_fault import NodeFault
from simulators.faults.bus_seeding import bus_fault, node
from simulators.vehicle.fault_box import BusDefect
from simulators.vehicle.units import BUSES

FAULTS = (
    bus_fault(
        "bus-node-dead",
        Text("车载充电机无通信", "On-board charger dead on the bus"),
        Text(
            "OBC 的 CAN 收发器无供电，接线完好。",
            "The transceiver of OBC has no supply; its wires are sound.",
        ),
        BusDefect(
            "bus-node-dead", "powertrain", ("OBC",),
            ((node("powertrain", "OBC"), "fault", NodeFault.DEAD),),
        ),
        steps=(
            "warning-lamps",
            "trouble-codes",
            "silent-units",
            "diagnosis",
        ),
        diagnosis="powertrain:node_dead:OBC",
        kind="physics",
    ),
    bus_fault(
        "bus-gateway-dead",
        Text("网关无通信", "Gateway dead on all buses"),
        Text(
            "GW 的收发器都不工作：各总线都缺网关，诊断只能到动力总线的单元。",
            "The transceivers of GW are all dead: every bus lacks the gateway, and diagnostics "
            "reach the powertrain only.",
        ),
        BusDefect(
            "bus-gateway-dead", "powertrain", ("GW",),
            tuple((node(bus, "GW"), "fault", NodeFault.DEAD) for bus in BUSES),
        ),
        steps=(
            "warning-lamps",
            "trouble-codes",
            "silent-units",
            "diagnosis",
        ),
        diagnosis="powertrain:node_dead:GW",
        kind="physics",
    ),
    bus_fault(
        "bus-node-stuck-dominant",
        Text("转向单元常发显性", "Steering unit stuck dominant"),
        Text(
            "EPS 的输出级击穿，一直输出显性电平，底盘总线全部离线。",
            "The output stage of EPS drives dominant without end; the chassis bus is dead.",
        ),
        BusDefect(
            "bus-node-stuck-dominant", "chassis", ("EPS",),
            ((node("chassis", "EPS"), "fault", NodeFault.STUCK_DOMINANT),),
        ),
        steps=(
            "warning-lamps",
            "trouble-codes",
            "silent-units",
            "recessive-high-chassis",
            "recessive-low",
            "recessive-difference",
            "diagnosis",
        ),
        diagnosis="chassis:node_stuck_dominant:EPS",
        kind="physics",
    ),
    bus_fault(
        "bus-node-babbling",
        Text("直流变换器占满总线", "DC/DC converter babbling"),
        Text(
            "DCDC 不停发送标识符 000 的报文，其他报文发不出去。",
            "DCDC sends frames of identifier 000 without a pause; nothing else gets through.",
        ),
        BusDefect(
            "bus-node-babbling", "powertrain", ("DCDC",),
            ((node("powertrain", "DCDC"), "fault", NodeFault.BABBLING),),
        ),
        steps=(
            "warning-lamps",
            "silent-units",
            "unknown-frames",
            "bus-load",
            "diagnosis",
        ),
        diagnosis="powertrain:node_babbling:DCDC",
        kind="physics",
    ),
    bus_fault(
        "bus-node-disturbing",
        Text("制动控制器时钟偏差", "Brake control: bad oscillator"),
        Text(
            "IBC 的晶振偏差大，其报文常被误读，总线上错误帧很多。",
            "The oscillator of IBC is off: its frames are often misread, with many error frames.",
        ),
        BusDefect(
            "bus-node-disturbing", "chassis", ("IBC",),
            ((node("chassis", "IBC"), "fault", NodeFault.BAD_OSCILLATOR),),
        ),
        steps=(
            "trouble-codes",
            "error-frames",
            "bus-off",
            "diagnosis",
        ),
        diagnosis="chassis:node_disturbing:IBC",
        kind="physics",
    ),
    bus_fault(
        "bus-overvoltage",
        Text("过电压击穿三个单元", "Three units broken by over-voltage"),
        Text(
            "外接电源接反后，ESC、EPS、EPB 的输出级都击穿：拔下一个，总线仍不通。",
            "After a jump start with swapped clamps the output stages of ESC, EPS and EPB all "
            "drive dominant: with one unplugged the bus is still dead.",
        ),
        *(
            BusDefect(
                f"bus-overvoltage/{name}", "chassis", (name,),
                ((node("chassis", name), "fault", NodeFault.STUCK_DOMINANT),),
            )
            for name in ("ESC", "EPS", "EPB")
        ),
        steps=(
            "warning-lamps",
            "trouble-codes",
            "silent-units",
            "recessive-high-chassis",
            "recessive-low",
            "recessive-difference",
            "dominant-difference",
            "diagnosis",
            "isolation",
        ),
        diagnosis="chassis:node_stuck_dominant:ESC+EPS+EPB",
        kind="physics",
    ),
)  # fmt: skip
