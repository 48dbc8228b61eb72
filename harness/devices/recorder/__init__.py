"""What a recorder saw: an oscilloscope on the pilot, a power analyser on the plug, contacts.

A recording is a set of time-stamped channels by canonical name (`channels.py`), each with the
resolution in time that it really has. It comes from the simulated bench or from a file that the
person at the bench imports (`csv_file.py`, `wav_file.py`, `mdf_file.py`, mapped by `mapping.py`).
Only a recording proves a limit that is shorter than the interval between two polls.
"""
