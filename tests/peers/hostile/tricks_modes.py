"""The modes of bad-server.js and bad-client.js, which break one rule of the protocol each."""
import subprocess

from attackers import PEERS
from tricks import TRICKS, Trick

CASES = ("1.1.1", "2.2", "7.1.1")


def add_modes(role: str) -> None:
    listing = subprocess.run(["node", f"{role}s/bad-{role}.js", "--list"], cwd=PEERS, text=True,
                             capture_output=True, check=True).stdout
    for line in listing.splitlines():
        mode, what = line.split(None, 1)
        name = f"mode-{mode}"
        if mode != "good":
            roles = (*TRICKS[name].roles, role) if name in TRICKS else (role,)
            TRICKS[name] = Trick(name, what, None, roles, "", False, CASES, False, None)
