"""Misbehaviours of clients that need more than one connection, or abuse what a fuzzing server offers
beside cases."""
import json
import time

from link import TEXT, Gone, Link
from tricks import trick

CLIENT = ("client",)
ONE = ("1.1.2",)
OK = "^OK / OK"
MANY = 1700  # connections of each of the three clients that do it at once: 5100 in all


def leave(links: list[Link]) -> None:
    for link in links:
        link.sock.close()


@trick("opens 5,000 connections and leaves", "", CLIENT, ONE, opens=False)
def connects_and_leaves(link: Link) -> None:
    leave([link.another() for _ in range(MANY)])


@trick("holds 900 connections that say nothing", "", CLIENT, ONE, opens=False)
def holds_connections(link: Link) -> None:
    links = [link.another() for _ in range(300)]
    for one in links:
        try:
            one.until_gone()
        except Gone:
            one.sock.close()


@trick("opens 900 connections that stop in the middle of a request", "", CLIENT, ONE, opens=False)
def half_requests(link: Link) -> None:
    links = [link.another() for _ in range(300)]
    for one in links:
        one.send(one.opening()[:40])
    leave(links)


@trick("runs the same case fifty times at once", "^OK / OK|Going Away", CLIENT, ONE)
def same_case_at_once(link: Link) -> None:
    # The last one may come to its turn when its time is over.
    links = [link.another() for _ in range(50)]
    for one in links:
        one.open()
    for one in links:
        try:
            one.behave()
        except Gone:
            one.sock.close()


@trick("has a hundred names that make the same file name", OK, CLIENT, ONE)
def names_that_collide(link: Link) -> None:
    agent = link.target.rsplit("=", 1)
    for i in range(33):
        other = link.another(f"{agent[0]}=hostile" + "%2F" * (i + 1) + "x")
        try:
            other.open()
            other.behave()
        except Gone:
            other.sock.close()
    link.open()
    link.behave()


@trick("waits for results of cases that nobody runs, 900 times over", "", CLIENT, ONE, opens=False)
def waits_for_results(link: Link) -> None:
    links = [link.another("/getCaseStatus?case=1&agent=nobody") for _ in range(300)]
    for one in links:
        one.open()
    leave(links)


@trick("asks for the reports again and again", "", CLIENT, ONE, opens=False)
def asks_for_reports(link: Link) -> None:
    for _ in range(50):
        one = link.another("/updateReports?agent=hostile")
        try:
            one.open()
            one.behave()
        except Gone:
            one.sock.close()


@trick("asks for cases that there are not", "", CLIENT, ONE, opens=False)
def unknown_cases(link: Link) -> None:
    for case in ("0", "-1", "99999999999999999999", "x", "", "1e9", "%00", "1;2"):
        for target in (f"/runCase?case={case}&agent=x", f"/runCase?casetuple={case}&agent=x",
                       f"/getCaseInfo?case={case}", f"/getCaseStatus?case={case}&agent=x"):
            one = link.another(target)
            try:
                one.open()
                one.until_gone()
            except Gone:
                one.sock.close()


def command(link: Link, *command_: object) -> None:
    """A connection that obeys commands, sent this one; nothing that comes of it is read."""
    one = link.another("/")
    one.open()
    one.send_frame(TEXT, json.dumps(command_).encode())
    time.sleep(2)
    one.sock.close()


@trick("commands a frame of 4 GiB and reads nothing of it", "", CLIENT, ONE, opens=False)
def commands_large_frame(link: Link) -> None:
    command(link, "sendframe", {"opcode": 1, "payload": "x", "payload_len": (1 << 32) - 1})


@trick("commands an echo of 2^62 octets and reads nothing of it", "", CLIENT, ONE, opens=False)
def commands_endless_echo(link: Link) -> None:
    command(link, "echo", {"payload": "x", "payload_len": 1 << 62})


@trick("commands a frame in 100 million pieces", "", CLIENT, ONE, opens=False)
def commands_many_pieces(link: Link) -> None:
    command(link, "sendframe",
            {"opcode": 1, "payload": "x", "payload_len": 100000000, "chopsize": 1})


@trick("commands what is no command", "", CLIENT, ONE, opens=False)
def commands_garbage(link: Link) -> None:
    for text in (b"", b"[" * 100000, b"[1,2]", b'["sendframe",{"opcode":"x"}]', b'["close",{"code":-1}]',
                 b'["sendframe",{"opcode":1,"mask":"zz"}]', b'["echo"]', b'["echo",7]', b"null"):
        one = link.another("/")
        try:
            one.open()
            one.send_frame(TEXT, text)
            one.behave()
        except Gone:
            one.sock.close()
