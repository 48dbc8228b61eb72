"""A profile as a whole: what points, sequences, watchdog and links say about each other."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from harness.datafile import Path_
from harness.devices.modbus.codec import encode
from harness.devices.modbus.points import (
    Choice,
    Condition,
    Link,
    LinkKind,
    Point,
    ReadRules,
    SafeState,
    ScaleCase,
    SequenceStep,
    Table,
    Watchdog,
)
from harness.devices.modbus.profile_build import finish_default
from harness.devices.modbus.profile_conditions import Complaints, build_condition
from harness.devices.modbus.profile_file import (
    ConditionField,
    LinkFile,
    PointFile,
    ProfileFile,
    RatingsFile,
    WatchdogFile,
)
from harness.errors import UsageError
from harness.quantity import Quantity, convert

_RATINGS = {"voltage": "V", "current": "A", "phases": "1", "power": "W", "frequency": "Hz"}
_SERIAL = ("baudrate", "parity", "bytesize", "stopbits")
_OF_TCP = ("port", "clients", "idle_close")


def check_overlaps(points: Mapping[str, Point], complain: Complaints) -> None:
    """Two points may show the identical span in two ways; anything else must not overlap."""
    places = dict.fromkeys((point.unit_id, point.table) for point in points.values())
    for place in places:
        ordered = sorted(
            (point for point in points.values() if (point.unit_id, point.table) == place),
            key=lambda point: (point.address, point.end),
        )
        reaching: Point | None = None
        for point in ordered:
            if reaching is not None and point.address < reaching.end:
                same = (point.address, point.end) == (reaching.address, reaching.end)
                if not same:
                    complain.add(
                        ("points", point.name, "at"),
                        f"{point.name} ({_span(point)}) overlaps {reaching.name}"
                        f" ({_span(reaching)})",
                        "separate registers, or exactly the same ones for a second view",
                    )
            if reaching is None or point.end > reaching.end:
                reaching = point
        for kind in ("bits", "digits"):
            _check_parts(
                [point for point in ordered if point.part is not None and point.part[0] == kind],
                complain,
            )


def _check_parts(parts: list[Point], complain: Complaints) -> None:
    """Two points may show the identical bits in two ways; others of the register are apart."""
    ordered = sorted(parts, key=lambda point: (point.address, point.part or ("", 0, 0)))
    for before, point in pairwise(ordered):
        assert before.part is not None
        assert point.part is not None
        if before.address != point.address or before.part == point.part:
            continue
        if point.part[1] <= before.part[2]:
            here, there = _ends(point.part[1:]), _ends(before.part[1:])
            if point.digits_at is None:
                what = f"bits {here} overlap {before.name} (bits {there})"
                wanted = "separate bits, or exactly the same ones for a second view"
            else:
                what = f"digits {here} overlap {before.name} (digits {there})"
                wanted = "separate digits, or exactly the same ones for a second view"
            complain.add(("points", point.name, f"{point.part[0]}_at"), what, wanted)


def _ends(span: tuple[int, int]) -> str:
    return f"{span[0]} to {span[1]}"


def _span(point: Point) -> str:
    last = point.end - 1
    return f"{point.table} {point.address}" + (f" to {last}" if last > point.address else "")


def link_points(
    file: ProfileFile, points: dict[str, Point], model: str | None, complain: Complaints
) -> dict[str, Point]:
    """Points with everything that refers to other points or to the model filled in."""
    linked: dict[str, Point] = {}
    for name, point in points.items():
        row = file.points[name]
        here: Path_ = ("points", name)
        if row.read_back is not None:
            _check_read_back(here, row.read_back, points, complain)
        _check_factors(here, row.scale_by, points, complain)
        _check_also_written(here, name, row.also_write, points, complain)
        whole = replace(
            point,
            requires=_conditions((*here, "requires"), row.requires, points, complain),
            available_if=_gates((*here, "available_if"), row.available_if, file, points, complain),
            readable_if=_gates((*here, "readable_if"), row.readable_if, file, points, complain),
            allowed=_allowed(name, point, file, model, complain),
            scale_if=_scales(here, row, file, points, complain),
        )
        default, raw = finish_default(here, row, whole, complain)
        linked[name] = replace(whole, default=default, default_raw=raw)
    return linked


def _check_read_back(
    here: Path_, name: str, points: Mapping[str, Point], complain: Complaints
) -> None:
    target = points.get(name)
    if target is None:
        complain.no_point((*here, "read_back"), name, "a readable point")
    elif not target.readable:
        complain.add((*here, "read_back"), f"{name} cannot be read either", "a readable point")


def _check_factors(
    here: Path_, names: list[str], points: Mapping[str, Point], complain: Complaints
) -> None:
    """What a value is multiplied by is a readable number of its own."""
    for index, name in enumerate(names):
        path = (*here, "scale_by", index)
        point = points.get(name)
        if point is None:
            complain.no_point(path, name)
        elif not point.readable or point.values or point.flags or point.is_text or point.scale_by:
            complain.add(path, f"{name} is no plain number that can be read", "a ratio")


def _check_also_written(
    here: Path_, name: str, others: list[str], points: Mapping[str, Point], complain: Complaints
) -> None:
    """What takes the same value is written like it and measured like it."""
    for index, other in enumerate(others):
        path = (*here, "also_write", index)
        point = points.get(other)
        if point is None:
            complain.no_point(path, other)
        elif not point.writable or other == name or point.also_write:
            complain.add(path, f"{other} cannot be written so", "another point with access: rw")
        elif point.unit != points[name].unit:
            what = f"{other} is in {point.unit or 'no unit'}"
            complain.add(path, what, f"{points[name].unit or 'no unit'}, as {name} is")


def _scales(
    here: Path_,
    row: PointFile,
    file: ProfileFile,
    points: Mapping[str, Point],
    complain: Complaints,
) -> tuple[ScaleCase, ...]:
    return tuple(
        ScaleCase(
            _gates((*here, "scale_if", index, "when"), case.when, file, points, complain),
            case.scale,
        )
        for index, case in enumerate(row.scale_if)
    )


def _conditions(
    path: Path_,
    specs: Mapping[str, ConditionField],
    points: Mapping[str, Point],
    complain: Complaints,
) -> tuple[Condition, ...]:
    found = (
        build_condition((*path, name), name, spec, points, complain) for name, spec in specs.items()
    )
    return tuple(condition for condition in found if condition is not None)


def _gates(
    path: Path_,
    specs: Mapping[str, ConditionField],
    file: ProfileFile,
    points: Mapping[str, Point],
    complain: Complaints,
) -> tuple[Condition, ...]:
    for name in specs:
        row = file.points.get(name)
        if row is not None and (row.available_if or row.readable_if):
            complain.add(
                (*path, name),
                f"{name} may itself be missing",
                "a point that every version of the device has",
            )
    return _conditions(path, specs, points, complain)


def _allowed(
    name: str, point: Point, file: ProfileFile, model: str | None, complain: Complaints
) -> tuple[Choice, ...] | None:
    """What may be written, cut off at the model's own maximum."""
    here: Path_ = ("points", name)
    row = file.points[name]
    for other in row.max_by_model:
        if other not in file.models and ("models",) not in complain.broken:
            complain.add(
                (*here, "max_by_model", other),
                f"there is no model {other!r}",
                ", ".join(file.models) or "'models'",
            )
    highest = row.max_by_model.get(model) if model is not None else None
    if highest is None or point.allowed is None:
        if row.max_by_model and point.allowed is None:
            complain.add((*here, "max_by_model"), "nothing to cut off", "'allowed' as well")
        return point.allowed
    cut: list[Choice] = []
    for choice in point.allowed:
        if isinstance(choice, tuple):
            if choice[0] <= highest:
                cut.append((choice[0], min(choice[1], highest)))
        elif isinstance(choice, str | bool) or choice <= highest:
            cut.append(choice)
    return tuple(cut)


def build_links(file: ProfileFile, complain: Complaints) -> dict[str, Link]:
    links: dict[str, Link] = {}
    kinds: tuple[tuple[LinkKind, LinkFile | None], ...] = (
        ("rtu", file.links.rtu),
        ("ascii", file.links.ascii),
        ("tcp", file.links.tcp),
    )
    for kind, row in kinds:
        if row is None:
            continue
        here: Path_ = ("links", kind)
        wrong = _SERIAL if kind == "tcp" else _OF_TCP
        for key in wrong:
            if getattr(row, key) is not None:
                complain.add((*here, key), f"{key!r} means nothing on a {kind} link", "no such key")
        low, high = row.units or (0, 255)
        if not 0 <= low <= high <= 255:
            complain.add((*here, "units"), f"{low} to {high} are no unit ids", "0 to 255")
        elif row.unit is not None and not low <= row.unit <= high:
            complain.add(
                (*here, "unit"),
                f"the factory unit id {row.unit} is outside 'units'",
                f"{low} to {high}",
            )
        if row.baudrates and row.baudrate is not None and row.baudrate not in row.baudrates:
            complain.add(
                (*here, "baudrate"),
                f"the factory baud rate {row.baudrate} is not in 'baudrates'",
                ", ".join(map(str, row.baudrates)),
            )
        links[kind] = Link(
            kind=kind,
            unit=row.unit,
            units=row.units,
            port=row.port,
            baudrate=row.baudrate,
            baudrates=tuple(row.baudrates),
            parity=row.parity,
            bytesize=row.bytesize,
            stopbits=row.stopbits,
            timeout=row.timeout,
            clients=row.clients,
            idle_close=row.idle_close,
            confidence=row.confidence or file.confidence,
            note=row.note,
        )
    if not links and ("links",) not in complain.broken:
        complain.add(("links",), "there is no link", "'rtu', 'ascii' or 'tcp'")
    return links


def build_rules(file: ProfileFile, points: Mapping[str, Point], complain: Complaints) -> ReadRules:
    row = file.reading
    gap = 65535 if row.gaps is True else int(row.gaps)
    if gap < 0:
        complain.add(("reading", "gaps"), "a gap cannot be negative", "false, true or a number")
    forbidden = [
        (Table(table), low, high) for table, spans in row.forbidden.items() for low, high in spans
    ]
    for point in points.values():
        if not point.readable:
            continue
        if not point.table.is_bits and point.words > row.max_registers:
            complain.add(
                ("points", point.name),
                f"{point.name} has {point.words} registers, one read carries {row.max_registers}",
                "a shorter point or a larger 'max_registers'",
            )
        for table, low, high in forbidden:
            if point.table is table and low < point.end and point.address <= high:
                complain.add(
                    ("points", point.name, "at"),
                    f"{point.name} lies in {table} {low} to {high}, which must not be read",
                    "access: w, or another span in 'forbidden'",
                )
    return ReadRules(
        max_registers=row.max_registers,
        max_bits=row.max_bits,
        gap=gap,
        exact=row.exact,
        forbidden=tuple(forbidden),
        pause=row.pause,
        every=row.every,
        first_ignored=row.first_ignored,
        longer_replies=row.longer_replies,
    )


def build_ratings(
    file: ProfileFile, model: str | None, complain: Complaints
) -> dict[str, Quantity]:
    """The ratings of the model, on top of those that all models share."""
    ratings: dict[str, Quantity] = {}
    rows: list[tuple[Path_, RatingsFile, bool]] = [(("ratings",), file.ratings, True)]
    rows += [(("models", name), row, name == model) for name, row in file.models.items()]
    for path, row, used in rows:
        for name, unit in _RATINGS.items():
            quantity: Quantity | None = getattr(row, name)
            if quantity is None:
                continue
            try:
                convert(quantity.value, quantity.unit, unit)
            except UsageError:
                complain.add((*path, name), f"{quantity} is no {name}", f"a value in {unit}")
                continue
            if quantity.value <= 0:
                complain.add((*path, name), f"{quantity} is no rating", "above zero")
            if used:
                ratings[name] = quantity
    return ratings


def build_watchdog(
    file: ProfileFile, points: Mapping[str, Point], complain: Complaints
) -> Watchdog | None:
    row = file.watchdog
    if row is None:
        return None
    for key, unit in (("timeout_point", "s"), ("failsafe_point", "A")):
        name = getattr(row, key)
        if name is None:
            continue
        point = points.get(name)
        if point is None:
            complain.no_point(("watchdog", key), name)
            continue
        try:
            convert(1.0, point.unit or "1", unit)
        except UsageError:
            complain.add(
                ("watchdog", key),
                f"{name} is in {point.unit or 'no unit'}",
                "a point that holds a " + ("time" if unit == "s" else "current"),
            )
    _check_food(row, points, complain)
    known = row.recover is None or row.recover in file.sequences
    if not known and ("sequences",) not in complain.broken:
        complain.add(
            ("watchdog", "recover"),
            f"there is no sequence {row.recover!r}",
            ", ".join(file.sequences) or "'sequences'",
        )
    if not 0 < row.feed_every < row.timeout:
        complain.add(
            ("watchdog", "feed_every"),
            f"{row.feed_every:g} s does not keep a watchdog of {row.timeout:g} s fed",
            "less than the timeout",
        )
    return Watchdog(
        fed_by=row.fed_by,
        timeout=row.timeout,
        timeout_point=row.timeout_point,
        failsafe_point=row.failsafe_point,
        action=row.action,
        feed_every=row.feed_every,
        recovery=row.recovery,
        recover=row.recover,
        note=row.note,
        point=row.point,
        tokens=tuple(row.tokens),
    )


def _check_food(row: WatchdogFile, points: Mapping[str, Point], complain: Complaints) -> None:
    """What is written to feed the watchdog can be written."""
    if row.fed_by == "any_request":
        if row.point is not None or row.tokens:
            key = "point" if row.point is not None else "tokens"
            complain.add(("watchdog", key), "any request feeds it", "no such key")
        return
    if row.point is None:
        complain.add(("watchdog",), "it does not say what is written to feed it", "'point'")
        return
    point = points.get(row.point)
    if point is None:
        complain.no_point(("watchdog", "point"), row.point)
        return
    if not point.writable:
        complain.add(("watchdog", "point"), f"{row.point} cannot be written", "access: rw")
        return
    for index, token in enumerate(row.tokens):
        try:
            encode(point, token)
        except UsageError as error:
            what, _, expected = error.detail.partition("; expected ")
            complain.add(("watchdog", "tokens", index), what, expected)


def build_sequences(
    file: ProfileFile, points: Mapping[str, Point], complain: Complaints
) -> dict[str, tuple[SequenceStep, ...]]:
    sequences: dict[str, tuple[SequenceStep, ...]] = {}
    for name, rows in file.sequences.items():
        steps: list[SequenceStep] = []
        for index, row in enumerate(rows):
            here: Path_ = ("sequences", name, index)
            if row.write is not None or row.rewrite is not None:
                key = "write" if row.write is not None else "rewrite"
                target = row.write or row.rewrite or ""
                point = points.get(target)
                if point is None:
                    complain.no_point((*here, key), target)
                    continue
                if not point.writable or (key == "rewrite" and not point.readable):
                    complain.add(
                        (*here, key), f"{target} cannot be written so", "a point with access: rw"
                    )
                    continue
                if point.changes_link:
                    complain.add(
                        (*here, key),
                        f"writing {target} can end the connection",
                        "a sequence without it",
                    )
                if row.value is not None:
                    try:
                        encode(point, row.value)
                    except UsageError as error:
                        what, _, expected = error.detail.partition("; expected ")
                        complain.add((*here, "value"), what, expected)
                steps.append(
                    SequenceStep(
                        "write" if row.write is not None else "rewrite",
                        target,
                        row.value,
                        settle=row.settle,
                    )
                )
            elif row.require is not None:
                wanted = _conditions((*here, "require"), row.require, points, complain)
                steps.append(SequenceStep("require", conditions=wanted, settle=row.settle))
            else:
                steps.append(SequenceStep("wait", settle=(row.wait or 0.0) + row.settle))
        sequences[name] = tuple(steps)
    return sequences


def build_safe_state(
    file: ProfileFile, points: Mapping[str, Point], complain: Complaints
) -> SafeState | None:
    row = file.safe_state
    if row is None:
        live = [name for name, point in points.items() if point.energises]
        if live and ("safe_state",) not in complain.broken:
            complain.add(
                ("points", live[0], "energises"),
                f"{live[0]} can put mains on the plug, and nothing says how it is made safe again",
                "'safe_state' with a sequence and a proof",
            )
        return None
    if row.sequence not in file.sequences and ("sequences",) not in complain.broken:
        complain.add(
            ("safe_state", "sequence"),
            f"there is no sequence {row.sequence!r}",
            ", ".join(file.sequences) or "'sequences'",
        )
    proof = _conditions(("safe_state", "proof"), row.proof, points, complain)
    return SafeState(row.sequence, proof, row.within, row.note)
