"""Which steps of the procedure of a pile with a socket find which faults. Computed by running."""

from collections.abc import Mapping

PROCEDURE = "PILE-SOCK-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    "test-point-4-ignored": ("lost-off", "lost-s1", "lost-alarm"),
    "test-point-4-seen-late": ("lost-off", "lost-s1"),
    "socket-unlocks-early": ("ready-unlock", "pulled-unlock"),
    "socket-unlocks-late": ("ready-unlock", "pulled-unlock", "stop-unlock"),
    "socket-never-unlocks": ("ready-unlock", "pulled-unlock", "stop-unlock", "unlocked-again"),
    "lock-command-believed": (
        "unseen-no-supply",
        "unseen-alarm",
        "jammed-no-supply",
        "jammed-alarm",
        "lock-lost-off",
    ),
    "supply-plug-loose": ("supply-plug-seen",),
    "lock-not-used": (
        "locked",
        "locked-while-live",
        "unseen-no-supply",
        "unseen-alarm",
        "jammed-no-supply",
        "jammed-alarm",
        "lock-lost-off",
    ),
    "fault-word-empty": ("lost-alarm", "unseen-alarm", "jammed-alarm"),
    "start-ignored": ("s2-closes",),
    "stop-ignored": ("stop",),
    "session-running": ("pile-idle",),
    "surge-arrester-worn": ("pile-clear",),
    "contactor-welded": ("pile-open",),
    "connection-contact-stuck": ("socket-idle", "lost-off", "lost-s1", "lost-alarm"),
    "lock-feedback-stuck": ("lock-idle", "safe"),
    "contactor-releases-late": ("lost-off",),
    "residual-detector-shared": ("leak-supply", "leak-pwm", "reverse-leak-stays"),
    "contactor-chain-shared": ("leak-supply", "reverse-leak-stays", "reverse-short-stays"),
    "pilot-generator-shared": ("beside-unmoved", "leak-level"),
    "pilot-supply-shared": ("short-supply", "short-pwm", "reverse-short-stays"),
    "leakage-unprotected": ("leak-off",),
    "earth-through-detector": ("reverse-leak-off",),
    "pilot-short-ignored": ("short-off",),
    "pilot-zero-taken-for-ready": ("reverse-short-off",),
    "estop-pressed": ("beside-idle",),
}
"""Fault -> steps whose device verdict it turns to fail."""

AT: Mapping[str, str] = {
    "leakage-unprotected": "pile-2",
    "pilot-short-ignored": "pile-2",
    "estop-pressed": "pile-2",
}
"""Fault -> the connection point that has it; the others are at the first one."""
