"""The failure matrix: what can make a handshake fail, each row classified, each that can be produced here with its scenario.

`catalogue` is the table, `cases` what its rows are made of, `forge` makes certificates that no honest library makes.
"""
