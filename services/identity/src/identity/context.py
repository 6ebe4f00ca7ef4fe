"""What the rooms need of the running program beside the store."""

from typing import Annotated

from fastapi import Depends

from chassis.revocations import RevocationList
from chassis.runtime import Runtime, TheRuntime
from identity.keys.key_wrapping import KeyWrapping
from identity.keys.keyring import Keyring
from identity.revocations.feed import EVERY, Feed
from identity.settings import IdentitySettings
from identity.users.passwords import Passwords


def furnish(runtime: Runtime) -> Keyring:
    """Put in place what the dependencies below hand out."""
    settings: IdentitySettings = runtime.settings
    wrapping = KeyWrapping.at(settings.wrapping_key_path)
    keyring = Keyring(runtime.read, wrapping, settings)
    runtime.state |= {"key_wrapping": wrapping, "keyring": keyring, "passwords": Passwords(settings)}
    # A key may be among what is news: another replica withdrew it, and this one must not sign with it any more.
    runtime.state["revocations"] = Feed(runtime.read, settings.longest_token_life, keyring.forget)
    return keyring


def make_own_revocations(runtime: Runtime) -> RevocationList:
    """The list by which identity checks the tokens that it is shown itself."""
    return RevocationList(the_feed(runtime), every=EVERY, tolerated=runtime.settings.revocations_tolerated)


def the_feed(runtime: Runtime) -> Feed:
    feed: Feed = runtime.state["revocations"]
    return feed


def the_key_wrapping(runtime: TheRuntime) -> KeyWrapping:
    wrapping: KeyWrapping = runtime.state["key_wrapping"]
    return wrapping


def the_keyring(runtime: TheRuntime) -> Keyring:
    keyring: Keyring = runtime.state["keyring"]
    return keyring


def the_passwords(runtime: TheRuntime) -> Passwords:
    passwords: Passwords = runtime.state["passwords"]
    return passwords


TheKeyWrapping = Annotated[KeyWrapping, Depends(the_key_wrapping)]
TheKeyring = Annotated[Keyring, Depends(the_keyring)]
ThePasswords = Annotated[Passwords, Depends(the_passwords)]
