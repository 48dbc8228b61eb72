"""Test harness for charging piles and vehicles. Start reading at docs/architecture.md."""

__version__ = "0.1.0"
