"""From what somebody asked for to a run that can start: everything is checked, nothing is opened.

Used by every face of the harness, so that the command line and pytest refuse the same things in
the same words.
"""

import os
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from harness.bench.load import SIMULATED, LoadedBench, load_bench
from harness.bench.roles import PILE, is_pile, split_fault
from harness.bench.simulated import seeded_faults
from harness.bench.sockets import lacks
from harness.catalogue.load import Catalogue, load_catalogue
from harness.devices.operator import Operator
from harness.devices.operator.answers import Asking, FileOperator, Place, load_answers
from harness.engine.asking import asking_of
from harness.engine.plan import Plan, make_plan, roles_needed
from harness.engine.run import RunRequest
from harness.errors import FileError, Problem, UnknownNameError, UsageError
from harness.evidence.layout import ATTACHMENTS, safe_name
from harness.procedure.load import LoadedProcedure, load_procedure
from harness.text import Text

_REAL_TIME = Text("考评按实际时间进行", "An assessment takes place in real time")
_NEEDS_LIVE = Text("该台架接有实际连接", "This bench has real connections")


def prepare(
    procedures: Sequence[str],
    bench: str = SIMULATED,
    *,
    folder: Path,
    seed: int = 1,
    faults: Sequence[str] = (),
    answers: Path | None = None,
    live: bool = False,
    operator: Operator | None = None,
    operator_name: str = "",
    selected: Collection[str] | None = None,
    energise: bool = False,
    motion: bool = False,
    pile_profile: str | None = None,
    read_only: bool = False,
) -> RunRequest:
    """Load and check everything that a run needs. Raises UsageError (FileError, …) for all of it.

    `procedures` are ids or files; `folder` is the run's own folder, new or empty. `selected`
    limits the run to some step ids. With `answers`, that file answers instead of `operator`.
    `read_only`: not one CAN frame may leave, whatever procedures and bench file say.
    """
    check_folder(folder)
    loaded = load_bench_for(bench, live=live, pile_profile=pile_profile)
    found = [load_procedure(name) for name in procedures]
    _no_twins(found)
    catalogue = load_catalogue(loaded.catalogue_folders)
    plans = bind(found, loaded, catalogue, selected=selected, energise=energise, motion=motion)
    needed = roles_needed(plans, loaded)
    check_faults(loaded, faults, needed, energise=energise)
    if "vehicle" in needed:
        loaded.check_adapters()
    extra = [("catalogue", name, data) for name, data in catalogue.used.items()]
    if answers is not None:
        file = load_answers(answers)
        check_answers(file, plans, loaded)
        operator, pictures = _with_pictures(file)
        operator_name = operator_name or file.model.by
        extra += [("answers", file.path.name, file.data), *pictures]
    return RunRequest(
        plans,
        loaded,
        folder,
        seed=seed,
        faults=list(faults),
        live=live,
        operator=operator,
        operator_name=operator_name,
        extra_files=extra,
        read_only=read_only,
    )


def check_answers(file: FileOperator, plans: Sequence[Plan], bench: LoadedBench) -> None:
    """Raises FileError unless every answer answers what its step asks."""
    questions: dict[str, list[Asking]] = {}
    for plan in plans:
        for step in plan.steps:
            questions.setdefault(step.model.id, []).append(asking_of(step))
    instruments = {name: tool.type for name, tool in bench.model.instruments.items()}
    unknown = file.unknown_steps(set(questions))
    problems = [*(unknown.problems if unknown is not None else ())]
    for name, asked in questions.items():
        for asking in asked:
            problems += file.problems_with(name, asking, instruments)
    if problems:
        raise FileError(list({str(problem): problem for problem in problems}.values()))


def bind(
    procedures: Sequence[LoadedProcedure],
    bench: LoadedBench,
    catalogue: Catalogue,
    *,
    selected: Collection[str] | None = None,
    energise: bool = False,
    motion: bool = False,
) -> list[Plan]:
    """Plans of all procedures. Raises FileError with the problems of all of them."""
    known = {step.id for procedure in procedures for step in procedure.model.steps}
    for name in selected or ():
        if name not in known:
            names = ", ".join(procedure.id for procedure in procedures)
            raise UnknownNameError(f"step of {names}", name, sorted(known))
    plans: list[Plan] = []
    problems: list[Problem] = []
    for procedure in procedures:
        own = {step.id for step in procedure.model.steps}
        wanted = None if selected is None else own & set(selected)
        try:
            plans.append(
                make_plan(
                    procedure, bench, catalogue, selected=wanted, energise=energise, motion=motion
                )
            )
        except FileError as error:
            problems += error.problems
    if problems:
        # What is wrong with the bench file comes up once for every procedure.
        raise FileError(list({str(problem): problem for problem in problems}.values()))
    return plans


def load_bench_for(name: str, *, live: bool, pile_profile: str | None = None) -> LoadedBench:
    """A bench that may be used this way. Raises UsageError when it needs `--live`."""
    if pile_profile is not None and name != SIMULATED:
        raise UsageError(f"a pile profile can be chosen only for the bench {SIMULATED!r}")
    bench = load_bench(name, pile_profile=pile_profile)
    nowhere = {*bench.simulated_inside, *bench.recorded}
    real = [role for role in bench.model.devices if role not in nowhere]
    if not bench.model.devices and not live:
        raise UsageError(
            f"bench {bench.id!r} has no devices: a person is assessed, in real time; add --live",
            headline=_REAL_TIME,
        )
    if real and not live:
        raise UsageError(
            f"{', '.join(real)} of bench {bench.id!r} would be opened; add --live to do so "
            "(a run without it takes place in simulated time)",
            headline=_NEEDS_LIVE,
        )
    return bench


def check_faults(
    bench: LoadedBench, faults: Sequence[str], needed: Collection[str], *, energise: bool
) -> None:
    """Raises UsageError or UnknownNameError unless this bench can have all these faults.

    `needed` are the roles that are looked at: a whole car is simulated only where it is one.
    """
    if not faults:
        return
    known = seeded_faults()
    board = bench.model.devices.get("injector")
    for asked in faults:
        if board is not None and asked in board.faults:
            # Inside a simulation nobody is hurt by it; on a real bench the plug becomes live.
            released = energise or "injector" in bench.simulated_inside
            if asked in known and known[asked].energises and not released:
                raise UsageError(f"the fault {asked!r} puts mains on the plug (--allow-energise)")
            continue
        name, place = split_fault(asked)
        if name not in known:
            raise UnknownNameError("fault", name, list(known))
        role = known[name].role
        if "@" in asked:
            if place not in bench.piles:
                raise UnknownNameError("pile", place, bench.piles)
            role = place
        # The charging side of a vehicle comes with every simulated pile.
        if not {role, "pile" if role == "vehicle" else role} & set(bench.simulated_inside):
            raise UsageError(
                f"the fault {name!r} needs a simulated {role}, and bench {bench.id!r} has none"
            )
        if why := lacks(bench, known[name].needs, role if is_pile(role) else PILE):
            raise UsageError(f"the fault {name!r} needs more: {why}")
        if known[name].needs_car and "vehicle" not in needed:
            raise UsageError(
                f"the fault {name!r} is in the car, and nothing here looks at the vehicle"
            )


def check_folder(folder: Path) -> None:
    """Raises UsageError unless a run can be written into `folder`. Makes nothing."""
    try:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file; expected a folder that is new or empty")
        if folder.is_dir() and any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty; a record needs a folder of its own")
        above = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        if not above.is_dir() or not os.access(above, os.W_OK):
            raise UsageError(f"{folder} cannot be made: {above} is not a folder one may write to")
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder}: {error}") from error


def default_folder(procedures: Sequence[str], now: datetime, *, above: Path = Path("runs")) -> Path:
    """A new folder under `runs/`, called after the first procedure and the local time."""
    first = Path(procedures[0]).stem if procedures else "run"
    more = f"+{len(procedures) - 1}" if len(procedures) > 1 else ""
    name = f"{first}{more}-{now.astimezone():%Y%m%d-%H%M%S}"
    folder, number = above / name, 2
    while folder.exists():
        folder, number = above / f"{name}-{number}", number + 1
    return folder


def _no_twins(procedures: Sequence[LoadedProcedure]) -> None:
    seen: set[str] = set()
    for procedure in procedures:
        if procedure.id in seen:
            raise UsageError(f"the procedure {procedure.id} is asked for twice; expected it once")
        seen.add(procedure.id)


def _with_pictures(file: FileOperator) -> tuple[FileOperator, list[tuple[str, str, bytes]]]:
    """The same answers, with pictures named by their place in the record; each lies there once."""
    pictures: dict[bytes, str] = {}
    named: dict[Place, str] = {}
    for place, picture in file.pictures().items():
        name = safe_name("-".join(filter(None, place)) + picture.suffix.lower())
        try:
            name = pictures.setdefault(picture.read_bytes(), name)
        except OSError as error:
            raise UsageError(f"{picture}: {error.strerror or error}") from error
        named[place] = f"{ATTACHMENTS}/photo/{name}"
    kept = [("photo", name, data) for data, name in pictures.items()]
    return file.with_photos(named), kept
