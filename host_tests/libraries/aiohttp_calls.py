"""`aiohttp`."""

import asyncio

import aiohttp


async def fetch(host, port):
    async with aiohttp.ClientSession("http://%s:%d" % (host, port)) as session:
        async with session.get("/x") as r:
            print("get", r.status, (await r.json())["path"])
        async with session.post("/json", json={"t": 21.5}) as r:
            print("post", r.status, (await r.json())["length"])


def main(host, port):
    asyncio.run(fetch(host, port))
