import asyncio

from .load import load, stream


async def both(name):
    first = await load(name)
    rest = await asyncio.gather(load(name + "-b"), load(name + "-c"))
    return first, rest


async def listed(names):
    return [model async for model in stream(names)]


def start(name):
    return asyncio.run(both(name)), asyncio.run(listed([name]))
