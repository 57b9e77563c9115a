"""A check that an Outbox on storage that loses its power loses nothing else.

`check` runs a list of steps on a box; at every write of every step it cuts the power, leaving the
bytes in every state that a torn write can leave (see `torn`), opens the box again, with the power
cut in there too, and compares what it finds with a plain list.
"""

from host_tests.driver.storage import Card, Cut, Dice, Disk, Nor


def torn(old, new, unit, most):
    """The states in which a cut leaves a write, as bytes.

    Each prefix and each suffix of the changed bytes; each subset of the changed units if those are
    few; some random bytes and bits of it.
    """
    changed = [i for i in range(len(new)) if old[i] != new[i]]
    step = max(1, len(changed) // most)
    states = []
    for n in range(0, len(changed) + 1, step):
        states.append(set(changed[:n]))
        states.append(set(changed[n:]))
    units = sorted({i // unit for i in changed})
    if len(units) <= 5:
        for mask in range(1 << len(units)):
            states.append({i for i in changed if mask >> units.index(i // unit) & 1})
    dice = Dice(len(changed))
    for _ in range(8):
        states.append({i for i in changed if dice.roll(2)})
    found = []
    for state in states:
        image = bytes([new[i] if i in state else old[i] for i in range(len(new))])
        if image not in found:
            found.append(image)
    # Cells half-way: some of the bits.
    for _ in range(4):
        found.append(bytes([o ^ ((o ^ n) & dice.roll(256)) for o, n in zip(old, new)]))
    return found


def mixed(old, new, dice):
    """Some of the new bytes."""
    return bytes([new[i] if dice.roll(2) else old[i] for i in range(len(new))])


def record(number, length):
    """A record that tells which it is."""
    return (b"%d:" % number + b"\xff\x00abcdefgh" * (length // 10 + 1))[:length]


class Model:
    """A plain list, and the steps that were done to it."""

    def __init__(self, lengths):
        self.number = 0
        self.lengths = lengths

    def put(self):
        self.number += 1
        return record(self.number, self.lengths[self.number % len(self.lengths)])


def do(box, step, data):
    """A step: "put", or how many to drop. What it raises for want of room is no error."""
    if step == "put":
        try:
            box.put(data)
        except OSError as e:
            assert "full" in str(e), e
    else:
        box.drop(min(step, len(box)))


def check(device, make, steps, lengths, twice=2):
    """All cuts in all `steps`; `make()` opens a box on the device. Returns how many cuts."""
    power = device.power
    model = Model(lengths)
    make()
    before = []
    cuts = 0
    for step in steps:
        data = model.put() if step == "put" else b""
        image = bytes(device.data)
        box = make()
        start = power.writes
        do(box, step, data)
        writes = power.writes - start
        after = list(box)
        good = expected(before, after, step, data, box)
        assert list(make()) == after
        kept = bytes(device.data)
        for at in range(writes):
            cuts += cut_at(device, image, make, step, data, at, good, twice)
        device.data[:] = kept
        before = after
    return cuts


def expected(before, after, step, data, box):
    """What a box may hold when the step is cut; checks that `after` is right when it is not."""
    if step != "put":
        assert after == before[step:], (before, step, after)
        return [before, after]
    rest = before[box.lost :]
    if after == before:
        return [before]
    assert after == rest + [data], (before, after)
    # A page was dropped to make room, and then the put.
    return [before, rest, after]


def cut_at(device, image, make, step, data, at, good, twice):
    power = device.power
    states = []

    def collect(old, new):
        states.extend(torn(old, new, device.unit, power.most))
        if isinstance(device, (Card, Disk)):  # erased, and not yet written; or half-way
            half = len(new) // 2
            states.extend((b"\xff" * len(new), new[:half] + b"\xff" * (len(new) - half)))
        return old

    run(device, image, make, step, data, at, collect)
    blank = bytes(device.data)
    run(device, image, make, step, data, at, lambda old, new: new)
    last = bytes(device.data)
    cuts = 0
    seen = set()
    for state in states:
        run(device, image, make, step, data, at, lambda old, new, state=state: state)
        left = bytes(device.data)
        if left in seen:
            continue
        seen.add(left)
        cuts += 1 + recover(device, left, make, good, twice)
        # And it goes on as ever.
        device.fresh = set()
        box = make()
        found = list(box)
        assert found in good, ("invented, lost or returned", step, found, good)
        # The very first write, torn, cannot be told from something strange.
        assert box.damaged == 0 or good[-1] == [record(1, len(data))], box.damaged
        while found:
            box.drop(1)
            found.pop(0)
            assert list(make()) == found
            if box._fits(4):
                break
        box.put(b"more")
        found.append(b"more")
        assert list(box) == found
        drift(device, blank, left, last)
        assert list(make()) == found, ("came back", step, found)
    return cuts


def drift(device, blank, left, last):
    """Half-programmed flash cells may read as fully programmed another time.

    Not those that have been erased or programmed since, nor those in a unit that looked blank:
    nobody can tell them from cells that were never touched.
    """
    if not isinstance(device, Nor):
        return
    for at in range(0, len(left), 16):
        seen = left[at : at + 16] != blank[at : at + 16]
        if seen and at // device.size not in device.fresh:
            for i in range(at, at + 16):
                if blank[i] == 0xFF and device.data[i] == left[i]:
                    device.data[i] &= last[i]


def run(device, image, make, step, data, at, choose):
    """The step on the box as it was, cut at its write number `at`."""
    device.data[:] = image
    device.power.on()
    box = make()
    device.power.cut(at, choose)
    try:
        do(box, step, data)
        raise AssertionError("no cut")
    except Cut:
        pass
    device.power.on()


def recover(device, left, make, good, twice):
    """Opening the box is cut too, at each of its writes; leaves the device as it was."""
    power = device.power
    start = power.writes
    make()
    writes = power.writes - start
    cuts = 0
    for at in range(writes):
        for n in range(twice):
            device.data[:] = left
            dice = Dice(n + at)
            power.cut(at, lambda old, new, dice=dice: mixed(old, new, dice))
            try:
                make()
                raise AssertionError("no cut")
            except Cut:
                pass
            power.on()
            cuts += 1
            found = list(make())
            assert found in good, ("cut twice", found, good)
    device.data[:] = left
    return cuts


def at_random(device, make, seed, steps, longest):
    """Goes on for long with a cut now and then, the dirt of each still there at the next."""
    dice = Dice(seed)
    model = []
    number = 0
    cuts = 0
    for _ in range(steps):
        box = make()
        assert list(box) == model, (seed, "opened", list(box), model)
        number += 1
        step = "put" if dice.roll(5) < 3 else dice.roll(4)
        data = record(number, 6 + dice.roll(longest)) if step == "put" else b""
        if dice.roll(2):
            device.power.cut(dice.roll(3), lambda old, new: mixed(old, new, dice))
        try:
            do(box, step, data)
            cut = False
        except Cut:
            cut = True
            cuts += 1
        device.power.on()
        found = list(make())
        if step == "put":
            kept = found[:-1] if found and found[-1] == data else found
            refused = box._refuse and found == model
            assert cut or found[-1:] == [data] or refused, (seed, "put", found, model)
            assert kept == model[len(model) - len(kept) :], (seed, "invented", found, model)
            assert len(kept) == len(model) or not box._refuse, (seed, "lost", found, model)
        else:
            good = [model[step:]] + ([model] if cut else [])
            assert found in good, (seed, "drop", step, found, model)
        model = found
    return cuts
