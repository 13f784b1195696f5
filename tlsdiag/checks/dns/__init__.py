"""Checks of what the DNS says: who may issue, which keys are pinned, what is signed, what browsers and servers of mail are told beforehand."""
