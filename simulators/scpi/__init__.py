"""Loads and sources that speak SCPI, acting on the one physical world."""
