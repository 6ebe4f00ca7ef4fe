"""What the rooms need of the running program beside the store."""

from typing import Annotated

from fastapi import Depends

from chassis.runtime import Runtime, TheRuntime
from identity.keys.keyring import Keyring
from identity.keys.seal import Seal
from identity.settings import IdentitySettings
from identity.sign_in.passwords import Passwords


def furnish(runtime: Runtime) -> Keyring:
    """Put in place what the dependencies below hand out."""
    settings: IdentitySettings = runtime.settings
    seal = Seal.at(settings.seal_path)
    keyring = Keyring(runtime.read, seal, settings)
    runtime.state |= {"seal": seal, "keyring": keyring, "passwords": Passwords(settings)}
    return keyring


def the_seal(runtime: TheRuntime) -> Seal:
    seal: Seal = runtime.state["seal"]
    return seal


def the_keyring(runtime: TheRuntime) -> Keyring:
    keyring: Keyring = runtime.state["keyring"]
    return keyring


def the_passwords(runtime: TheRuntime) -> Passwords:
    passwords: Passwords = runtime.state["passwords"]
    return passwords


TheSeal = Annotated[Seal, Depends(the_seal)]
TheKeyring = Annotated[Keyring, Depends(the_keyring)]
ThePasswords = Annotated[Passwords, Depends(the_passwords)]
