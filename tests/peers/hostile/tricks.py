"""The list of misbehaviours. Most work for servers and clients alike: `tricks_*.py` add to it."""
from collections.abc import Callable
from dataclasses import dataclass

from link import Link

BOTH = ("server", "client")


@dataclass(frozen=True)
class Trick:
    """A way to misbehave on a connection. It ends with `Gone` when the fuzzer ends the connection,
    or by returning, which closes it."""
    name: str
    what: str
    act: Callable[[Link], None] | None  # none: it is a mode of bad-server.js and bad-client.js
    roles: tuple[str, ...]
    says: str  # what the report must tell of each case, as a regular expression
    opens: bool  # a client that does it comes to run its cases
    cases: tuple[str, ...]
    deflate: bool  # the peer agrees to permessage-deflate
    agent: str | None  # the name with which the peer introduces itself


TRICKS: dict[str, Trick] = {}


def trick(what: str, says: str, roles: tuple[str, ...] = BOTH,
          cases: tuple[str, ...] = ("1.1.2", "2.2"), opens: bool = True,
          deflate: bool = False) -> Callable:
    """Adds a function to the list; its name becomes that of the trick."""
    def add(act: Callable[[Link], None]) -> Callable[[Link], None]:
        name = act.__name__.replace("_", "-")
        if name in TRICKS:
            raise ValueError(f"two tricks are called {name}")
        TRICKS[name] = Trick(name, what, act, roles, says, opens, cases, deflate, None)
        return act
    return add
