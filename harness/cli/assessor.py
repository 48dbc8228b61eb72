"""Who is at the terminal: the options `--as` and `--passphrase-file`, and his key."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.base import option, say
from harness.text import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ASK = Text("口令", "Passphrase")
_AGAIN = Text("再输入一次口令", "The passphrase again")
_DIFFERENT = Text("两次输入的口令不同", "The two passphrases differ")

as_option: Callable[[Any], Any] = option(
    "--as",
    "code",
    required=True,
    metavar="CODE",
    about=Text("考评员代号（不用姓名）", "The assessor's code (never a name)"),
)

passphrase_option: Callable[[Any], Any] = option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    about=Text("口令文件；缺省在终端询问", "File with the passphrase; by default it is asked for"),
)

reason_option: Callable[[Any], Any] = option(
    "--reason",
    required=True,
    metavar="TEXT",
    about=Text(
        "理由（必填；提到人时只写代号，姓名程序识别不出来）",
        "Why (needed; people by code only: a name cannot be recognised)",
    ),
)


def passphrase(file: Path | None) -> str:
    """The passphrase, from its file or from the terminal. Raises UsageError."""
    from harness.evidence.keyring import passphrase_from  # noqa: PLC0415 - cryptography is heavy

    if file is not None:
        return passphrase_from(file)
    asked: str = click.prompt(say(_ASK), hide_input=True, default="", show_default=False, err=True)
    return asked


def new_passphrase(file: Path | None) -> str:
    """A new passphrase; asked for twice at the terminal. Raises UsageError."""
    from harness.errors import UsageError  # noqa: PLC0415

    first = passphrase(file)
    if file is None:
        again = click.prompt(say(_AGAIN), hide_input=True, default="", show_default=False, err=True)
        if again != first:
            raise UsageError("the two passphrases differ", headline=_DIFFERENT)
    return first


def assessor_key(code: str, file: Path | None) -> "Ed25519PrivateKey":
    """The assessor's private key. Raises UsageError: no such key, a wrong passphrase, revoked."""
    from harness.evidence.keyring import check_code, unlock  # noqa: PLC0415

    check_code(code)
    return unlock(code, passphrase(file))
