"""python3-websockets client: URL AGENT [CASES] [--no-deflate]"""
import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import websockets
import peer

args = peer.client_args()


async def talk(url, echo):
    last = None
    try:
        async with websockets.connect(
            url, ssl=peer.client_ssl(args), max_size=peer.MAX, ping_interval=None, open_timeout=30,
            compression="deflate" if args.deflate else None,
        ) as ws:
            async for last in ws:
                if echo:
                    await ws.send(last)
    except (websockets.WebSocketException, OSError, EOFError, asyncio.TimeoutError):
        pass
    return last


asyncio.run(peer.run_client(args, talk))
