"""Shared by the Python peers: command lines, TLS and the case loop."""
import argparse
import asyncio
import os
import pathlib
import ssl
import sys
import urllib.parse

MAX = 128 * 1024 * 1024
CERTS = pathlib.Path(os.environ.get("PEERS_BUILD", "build/peers")) / "certs"


def server_args(*extra):
    p = argparse.ArgumentParser()
    p.add_argument("port", type=int)
    p.add_argument("--tls", action="store_true")
    p.add_argument("--no-deflate", dest="deflate", action="store_false")
    for flag in extra:
        p.add_argument(flag, action="store_true")
    return p.parse_args()


def server_ssl(args):
    if not args.tls:
        return None
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(CERTS / "server.crt", CERTS / "server.key")
    return ctx


def client_args():
    p = argparse.ArgumentParser()
    p.add_argument("url")
    p.add_argument("agent")
    p.add_argument("cases", nargs="?", help="e.g. 1-10,15")
    p.add_argument("--no-deflate", dest="deflate", action="store_false")
    p.add_argument("--verbose", action="store_true")
    p.add_argument("--case-timeout", type=float, default=300000, help="ms after which a case is given up")
    return p.parse_args()


def client_ssl(args):
    if not args.url.startswith("wss:"):
        return None
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ctx.check_hostname = False
    ctx.verify_mode = ssl.CERT_NONE
    return ctx


def pick(cases, count):
    for part in (cases or f"1-{count}").split(","):
        a, _, b = part.partition("-")
        b = b or (count if part.endswith("-") else a)
        yield from range(int(a or 1), int(b) + 1)


async def run_client(args, talk_once):
    """talk_once(url, echo) must return the last message once the connection is over."""
    async def talk(url, echo):
        try:
            return await asyncio.wait_for(talk_once(url, echo), args.case_timeout / 1000)
        except Exception as e:  # whatever the library raised: go on with the next case
            print(f"{url}: {e!r}", file=sys.stderr)

    base = args.url.rstrip("/")
    agent = urllib.parse.quote(args.agent)
    count = int(await talk(base + "/getCaseCount", False))
    ran = 0
    for i in pick(args.cases, count):
        if args.verbose:
            print(f"case {i}/{count}", flush=True)
        await talk(f"{base}/runCase?case={i}&agent={agent}", True)
        ran += 1
    await talk(f"{base}/updateReports?agent={agent}", False)
    print(f"{args.agent}: ran {ran} of {count} cases")
