"""Which steps of the procedure of a pile with a socket find which faults. Computed by running."""

from collections.abc import Mapping

PROCEDURE = "PILE-SOCK-01"

FOUND: Mapping[str, tuple[str, ...]] = {
    "test-point-4-ignored": ("lost-off", "lost-s1", "lost-alarm"),
    "test-point-4-seen-late": ("lost-off", "lost-s1"),
    "socket-unlocks-early": ("ready-unlock", "pulled-unlock"),
    "socket-unlocks-late": ("ready-unlock", "pulled-unlock", "stop-unlock"),
    "socket-never-unlocks": ("ready-unlock", "pulled-unlock", "stop-unlock"),
    "lock-command-believed": (
        "unseen-no-supply",
        "unseen-alarm",
        "jammed-no-supply",
        "jammed-alarm",
    ),
    "supply-plug-loose": ("supply-plug-seen",),
    "lock-not-used": ("locked", "locked-while-live"),
    "fault-word-empty": ("lost-alarm", "unseen-alarm", "jammed-alarm"),
    "start-ignored": ("s2-closes",),
    "stop-ignored": ("stop",),
    "session-running": ("pile-idle",),
    "surge-arrester-worn": ("pile-clear",),
    "contactor-welded": ("pile-open",),
    "connection-contact-stuck": ("socket-idle", "lost-off", "lost-s1", "lost-alarm"),
    "lock-feedback-stuck": ("lock-idle",),
    "contactor-releases-late": ("lost-off",),
}
"""Fault -> steps whose device verdict it turns to fail."""
