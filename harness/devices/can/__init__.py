"""Vehicle buses: connection, ports, databases, monitor, sending, capture.

Nothing is imported here: python-can and cantools are heavy, and a run without a bus does not need
them.
"""
