"""Probes that ask the DNS, through `scene.lookup` and in no other way; they look only where the caller asks for it."""
