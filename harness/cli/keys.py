"""`harness keys`: keys of assessors."""

from pathlib import Path

import click
import msgspec

from harness.cli import wide
from harness.cli.assessor import new_passphrase, passphrase_option, reason_option
from harness.cli.base import argument, columns, command, option, say
from harness.cli.options import json_option, print_json
from harness.clock import shown_time
from harness.evidence import keyring
from harness.evidence.keys import keys_folder, known_keys, short
from harness.text import Text

_ROLES = {"assessor": Text("考评员", "assessor"), "station": Text("工位", "station")}
_MADE = Text("已建立“{}”的密钥，指纹 {}", "Made the key of {}, fingerprint {}")
_PUBLIC = Text("公钥（可交给核验者）", "Public key, to be handed to whoever verifies")
_REVOKED_NOW = Text(
    "“{}”的密钥已吊销（{}）。此后的签名不再有效，此前的仍然有效。",
    "The key of {} is revoked ({}). Later signatures no longer hold; earlier ones do.",
)
_TRUSTED = Text("已收下“{}”的公钥，指纹 {}", "Keeping the public key of {}, fingerprint {}")
_NONE = Text(
    "还没有密钥；建立：harness keys new 代号", "No keys yet; make one: harness keys new CODE"
)
_REVOKED = Text("{} 吊销：{}", "revoked {}: {}")
_PRIVATE = Text("含私钥", "with private half")
_PUBLIC_ONLY = Text("仅公钥", "public half only")

name_argument = argument(
    "name", metavar="CODE", about=Text("代号，如 A-07（不用姓名）", "Code like A-07, never a name")
)
role_option = option(
    "--role",
    type=click.Choice(["assessor"]),
    default="assessor",
    about=Text("角色", "Role"),
)


@command(
    "new",
    about=Text(
        "为考评员建立密钥。私钥用口令加密，只保存在本机密钥文件夹，不进入证据。",
        "Make the key of an assessor. Its private half is encrypted with a passphrase and stays in "
        "the key folder of this machine; it never gets into a record.",
    ),
)
@name_argument
@role_option
@passphrase_option
def new(name: str, role: str, passphrase_file: Path | None) -> None:
    """Make a key."""
    keyring.check_code(name)
    info = keyring.new_key(name, new_passphrase(passphrase_file))
    click.echo(say(_MADE).format(name, short(info.fingerprint)))
    click.echo(f"{say(_PUBLIC)}: {keys_folder() / keyring.ASSESSORS / f'{name}.pub'}")


@command("list", about=Text("列出本机所知的密钥。", "List the keys that are known here."))
@json_option
def list_(as_json: bool) -> None:
    """List keys with fingerprints and revocations."""
    found = keyring.list_keys()
    found += [
        keyring.KeyInfo(name=name, role="station", fingerprint=digest, private=name == "station")
        for digest, name in known_keys().items()
    ]
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    if not found:
        click.echo(say(_NONE))
        return
    rows = []
    for info in found:
        facts = [
            say(_ROLES[info.role]),
            short(info.fingerprint),
            say(_PRIVATE if info.private else _PUBLIC_ONLY),
        ]
        if info.revoked is not None:
            facts.append(say(_REVOKED).format(shown_time(info.revoked.utc), info.revoked.reason))
        rows.append((info.name, "  ".join(facts)))
    click.echo(wide.rows(rows, columns()))


@command(
    "revoke",
    about=Text(
        "吊销考评员密钥，记下日期和理由；此后的签名会被报告，此前的仍然有效。",
        "Revoke a key, with date and reason. Later signatures are reported, earlier ones hold.",
    ),
)
@name_argument
@reason_option
def revoke(name: str, reason: str) -> None:
    """Revoke a key."""
    gone = keyring.revoke(name, reason)
    click.echo(say(_REVOKED_NOW).format(name, shown_time(gone.utc)))


@command(
    "trust",
    about=Text(
        "收下别处考评员的公钥（.pub 文件），核验时据此认人。",
        "Keep the public key (.pub file) of an assessor from elsewhere, to know him by.",
    ),
)
@argument(
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    about=Text("公钥文件", "Public key file"),
)
@role_option
@option(
    "--name", metavar="CODE", about=Text("代号；缺省取文件名", "Code; by default the file's name")
)
def trust(file: Path, role: str, name: str | None) -> None:
    """Keep a public key."""
    info = keyring.trust(file, name or file.stem)
    click.echo(say(_TRUSTED).format(info.name, short(info.fingerprint)))
