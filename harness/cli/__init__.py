"""The command line. `harness.cli:main` is the console entry."""


def main() -> None:
    """Run the command of this process's arguments and exit with its code."""
    from harness.cli.root import ROOT  # noqa: PLC0415 - importing the package stays free

    ROOT.main()
