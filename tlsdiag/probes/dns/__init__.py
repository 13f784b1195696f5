"""Probes that ask the DNS, through `scene.lookup` and in no other way; they run only where the caller asks for it, or in the depth FULL."""
