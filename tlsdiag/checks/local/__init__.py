"""Checks of the machine that runs the client: its trust stores, its library, its clock, and what stands between it and the network."""
