"""Checks of the machine that runs the client: its clock, and what stands between it and the network."""
