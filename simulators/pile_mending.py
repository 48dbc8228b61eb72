"""What a technician's hands do when told to mend something at the pile.

`repair-contactor-welded` renews the contactor. That takes the seeded fault of that name away if it
is there; if something else is wrong, a sound part was renewed and nothing is better.
"""

from simulators.rig import Rig

_REPAIR = "repair-"


def mend(rig: Rig, subject: str) -> bool:
    """Mend what `subject` names. False: it names no fault of a pile."""
    # Late: the faults' own module imports the rig, as this one does.
    from simulators.faults import all_faults  # noqa: PLC0415

    name = subject.removeprefix(_REPAIR)
    fault = all_faults().get(name) if subject.startswith(_REPAIR) else None
    if fault is None or fault.needs_car:
        return False
    if name in rig.faults_on:
        fault.switch(rig, False)
        rig.faults_on.discard(name)
        rig.world.trace.note(rig.world.t, f"fault.{name}", False)
    return True


def mendable() -> list[str]:
    """What can be mended at a pile: every name that `mend` knows, behind `repair-`."""
    from simulators.faults import all_faults  # noqa: PLC0415 - see above

    return [name for name, fault in all_faults().items() if not fault.needs_car]
