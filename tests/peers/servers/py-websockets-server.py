"""python3-websockets echo server: PORT [--tls] [--no-deflate]"""
import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import websockets
import peer

args = peer.server_args()


async def echo(ws, path=None):
    try:
        async for message in ws:
            await ws.send(message)
    except websockets.ConnectionClosed:
        pass


async def main():
    async with websockets.serve(
        echo, "127.0.0.1", args.port, ssl=peer.server_ssl(args), max_size=peer.MAX,
        compression="deflate" if args.deflate else None, ping_interval=None,
    ) as server:
        print(f"listening on 127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.Future()


asyncio.run(main())
