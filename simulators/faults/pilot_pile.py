"""x"""

from simulators.faults.fault import Fault

FAULTS: tuple[Fault, ...] = ()
