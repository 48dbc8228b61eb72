"""What happens at the socket of a pile, and what is wrong there: test point 4, lock."""

from harness.text import Text
from simulators.faults.fault import Fault, defect
from simulators.socket_work import cable_of


FAULTS = (
    Fault(
        name="supply-plug-loose",
        title=Text("供电插头未插到位", "Supply plug half out"),
        detail=Text(
            "供电插头拔出少许，检测点 4 断开，其余触头仍接通。",
            "The supply plug is a little out: test point 4 is open, the other contacts are closed.",
        ),
        kind="wiring",
        needs="socket",
        defects=(defect(cable_of, "socket_contact_sound", False),),
    ),
)
