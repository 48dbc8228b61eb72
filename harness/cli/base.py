"""What our commands have beyond click's: two languages, late imports, one way to fail.

Nothing heavy is imported here, because every `harness --help` pays for it.
"""

import shutil
import sys
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click

from harness.cli import wide
from harness.cli.failure import ClosedPipeError, guarded
from harness.text import LANGUAGES, Language, Text, preferred_language

_asked: ContextVar[Language | None] = ContextVar("language", default=None)

_USAGE = Text("用法", "Usage")
_ARGUMENTS = Text("参数", "Arguments")
_OPTIONS = Text("选项", "Options")
_COMMANDS = Text("命令", "Commands")
_OPTION_WORD = Text("[选项]...", "[OPTIONS]")
_COMMAND_WORD = Text("命令 [参数]...", "COMMAND [ARGS]...")
_HELP = Text("显示本帮助后退出", "Show this help and exit")
_LANG = Text(
    "界面语言；缺省取环境变量 HARNESS_LANG，再取系统语言",
    "Language; by default HARNESS_LANG, then the locale",
)


def language() -> Language:
    """The language of this call: `--lang`, then HARNESS_LANG, then the locale."""
    return _asked.get() or preferred_language()


def say(text: Text) -> str:
    """A text in the language of this call."""
    return text.get(language())


def own_program() -> str:
    """How to call this program again: in a checkout it is not on the PATH."""
    return "harness" if shutil.which("harness") else sys.argv[0]


def columns() -> int:
    """Width of the page: that of the terminal, at most 100."""
    return min(shutil.get_terminal_size((80, 24)).columns, 100)


class Option(click.Option):
    """An option with its explanation in both languages."""

    def __init__(self, *arguments: Any, about: Text, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.about = about


class Argument(click.Argument):
    """A positional argument with its explanation in both languages."""

    def __init__(self, *arguments: Any, about: Text, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.about = about


def option(*names: str, about: Text, **attributes: Any) -> Callable[[Any], Any]:
    """Like `click.option`, with `about` instead of `help`."""
    return click.option(*names, cls=Option, about=about, **attributes)


def argument(name: str, *, about: Text, **attributes: Any) -> Callable[[Any], Any]:
    """Like `click.argument`, with an explanation."""
    return click.argument(name, cls=Argument, about=about, **attributes)


def _keep_language(
    context: click.Context, parameter: click.Parameter, value: Language | None
) -> None:
    if value is not None:
        _asked.set(value)


class _Page(click.Command):
    """Help pages in the language of the call, wrapped by the width of the characters."""

    about: Text

    def _add_language(self) -> None:
        self.params.append(
            Option(
                ["--lang"],
                type=click.Choice(LANGUAGES),
                is_eager=True,
                expose_value=False,
                callback=_keep_language,
                about=_LANG,
            )
        )

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        pieces = [say(_OPTION_WORD)]
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Argument):
                pieces += parameter.get_usage_pieces(ctx)
        return pieces

    def get_usage(self, ctx: click.Context) -> str:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        return f"{say(_USAGE)}: {ctx.command_path} {pieces}"

    def get_help(self, ctx: click.Context) -> str:
        page = columns()
        parts = [self.get_usage(ctx), wide.indent(say(self.about), page, 2)]
        arguments: list[tuple[str, str]] = []
        options: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            if isinstance(parameter, Argument):
                arguments.append((parameter.human_readable_name, say(parameter.about)))
            elif isinstance(parameter, click.Option) and not parameter.hidden:
                about = parameter.about if isinstance(parameter, Option) else _HELP
                options.append((_names(parameter, ctx), say(about)))
        for heading, pairs in (
            (_ARGUMENTS, arguments),
            (_OPTIONS, options),
            (_COMMANDS, self.subcommands()),
        ):
            if pairs:
                parts.append(f"{say(heading)}:\n{wide.rows(pairs, page)}")
        return "\n\n".join(parts)

    def subcommands(self) -> list[tuple[str, str]]:
        return []


def _names(parameter: click.Option, ctx: click.Context) -> str:
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {parameter.make_metavar(ctx)}"


class Command(_Page):
    """A command. Its function returns the exit code, or nothing for 0."""

    def __init__(self, name: str | None, *, about: Text, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        self.about = about
        self._add_language()


def command(name: str, *, about: Text) -> Callable[[Callable[..., Any]], Command]:
    """Like `click.command`, for our class of commands."""
    return click.command(name, cls=Command, about=about)


class Late(NamedTuple):
    """A command that is imported when it is called: where it is, and its line of help."""

    place: str
    """`module:attribute`."""
    about: Text


class LazyGroup(_Page, click.Group):
    """A group whose commands are imported one by one, when they are called."""

    def __init__(self, name: str | None, *, about: Text, late: dict[str, Late]) -> None:
        super().__init__(name, no_args_is_help=False)
        self.about = about
        self.late = late
        self._add_language()

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.late)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = self.late.get(cmd_name)
        if found is None:
            return None
        module, _, attribute = found.place.partition(":")
        loaded = getattr(import_module(module), attribute)
        assert isinstance(loaded, click.Command)
        return loaded

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), say(_COMMAND_WORD)]

    def subcommands(self) -> list[tuple[str, str]]:
        return [(name, say(late.about)) for name, late in self.late.items()]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.late and not args[0].startswith("-"):
            raise UnknownCommandError(args[0], list(self.late), ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        if not (ctx.args or getattr(ctx, "_protected_args", None)):
            click.echo(self.get_help(ctx), err=True)
            return 2
        return super().invoke(ctx)


class UnknownCommandError(click.UsageError):
    """A command that does not exist."""

    def __init__(self, name: str, known: list[str], ctx: click.Context) -> None:
        super().__init__(f"no command is called {name!r}; known: {', '.join(known)}", ctx)
        self.zh = f"没有名为 {name!r} 的命令；可用命令：{'、'.join(known)}"


class Root(LazyGroup):
    """The program itself: chooses the language, runs the command, turns failures into codes."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        # The language has to be known before anything is parsed, or the help page and the first
        # complaint would come in the wrong one.
        _asked.set(_language_in(sys.argv[1:] if args is None else args))
        main = super().main
        code = guarded(
            lambda: main(
                args,
                prog_name or "harness",
                complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            ),
            language,
        )
        if standalone_mode:
            _exit(code)
        return code

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ClosedPipeError from error
        except KeyboardInterrupt as error:  # click would print an empty line of its own
            raise click.Abort from error


def _exit(code: int) -> NoReturn:
    sys.exit(code)


def _language_in(args: Sequence[str]) -> Language | None:
    for place, word in enumerate(args):
        if word == "--":
            break
        value = word.removeprefix("--lang=")
        if word == "--lang" and place + 1 < len(args):
            value = args[place + 1]
        if value != word:
            for known in LANGUAGES:
                if value == known:
                    return known
    return None
