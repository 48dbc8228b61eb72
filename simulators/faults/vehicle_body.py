"""Horn, wipers, doors, airbag, fluids."""

from harness.text import Text
from simulators.faults.vehicle_found import broken

_LAMPS = ("warning-lamps", "lamps-in-ready")

FAULTS = (
    broken(
        "car-horn-dead",
        Text("车辆喇叭不响", "Horn of the car dead"),
        Text("喇叭线圈断路。", "Its coil is open."),
        (lambda rig: rig.car.body, "horn_works", False),
        inspection=("horn",),
        admission=("horn",),
    ),
    broken(
        "wiper-blocked",
        Text("刮水器卡滞", "Wiper blocked"),
        Text("刮水器连杆卡住，电机堵转。", "The linkage is stuck and the motor stalls."),
        (lambda rig: rig.car.body, "wiper_blocked", True),
        inspection=("wipers",),
        admission=("wipers",),
    ),
    broken(
        "door-contact-stuck",
        Text("左前门触点失效", "Front left door contact stuck"),
        Text("车门打开时仍报关闭。", "It says closed while the door is open."),
        (lambda rig: rig.car.body.doors["FL"], "contact_stuck", False),
        admission=("door",),
    ),
    broken(
        "airbag-circuit-open",
        Text("安全气囊回路故障", "Airbag circuit fault"),
        Text(
            "驾驶员气囊回路电阻过大，气囊灯点亮。", "Its resistance is too high; the lamp is lit."
        ),
        (lambda rig: rig.car.body.airbag, "works", False),
        inspection=("trouble-codes", *_LAMPS),
        admission=("trouble-codes",),
    ),
    broken(
        "brake-fluid-low",
        Text("制动液不足", "Brake fluid low"),
        Text("制动液液面低于下限。", "It is below the lower mark."),
        (lambda rig: rig.car.brake, "fluid_low", True),
        inspection=("trouble-codes", *_LAMPS, "brake-fluid", "fluids-look"),
        admission=("trouble-codes",),
    ),
    broken(
        "coolant-low",
        Text("冷却液不足", "Coolant low"),
        Text("冷却液液面低于下限。", "It is below the lower mark."),
        (lambda rig: rig.car.body, "coolant_low", True),
        inspection=("trouble-codes", *_LAMPS, "coolant", "fluids-look"),
        admission=("trouble-codes",),
    ),
    broken(
        "washer-fluid-low",
        Text("洗涤液不足", "Washer fluid low"),
        Text("洗涤液壶快空了。", "The reservoir is almost empty."),
        (lambda rig: rig.car.body, "washer_low", True),
        inspection=("trouble-codes", "washer-fluid", "fluids-look"),
        admission=("trouble-codes",),
    ),
)
