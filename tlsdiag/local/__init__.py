"""The machine that runs the client: the one place that reads its files. Read-only; what cannot be read is a value, never an exception.

It takes the environment variables as an argument and does not look at those of the process. It judges nothing.
"""

from __future__ import annotations

from .clients import StoreUser, python_user, store_users
from .credentials import CredentialFiles, read_credential
from .material import Material, MaterialError, read_material
from .openssl import Configuration, read_configuration
from .places import Place, read_place, read_places

__all__ = [
    "Configuration",
    "CredentialFiles",
    "Material",
    "MaterialError",
    "Place",
    "StoreUser",
    "python_user",
    "read_configuration",
    "read_credential",
    "read_material",
    "read_place",
    "read_places",
    "store_users",
]
