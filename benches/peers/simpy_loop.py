"""The core loop of the model in SimPy, and the same customers by `foresend simulate`, one after the other: how many
events a second each plays, on one thread.

    cargo build --release
    python3 -m venv target/peers && target/peers/bin/pip install simpy==4.1.1
    target/peers/bin/python benches/peers/simpy_loop.py

SimPy (MIT) is what such models are usually written in. What is played here is less than the model: visits by the hour of
the week, views, carts, orders, the hazard of a cart left behind, one mail after an hour with its opening, and what
reading it restores. There is no program, no segment, no limit, no catalogue, no second arm. So the ratio flatters
SimPy. An event is one thing that happens to somebody: a view, a cart, an order, a mail, an opening.
"""

import argparse
import json
import math
import random
import subprocess
import sys
import time
from pathlib import Path

import simpy

HOURS = [.30, .18, .10, .07, .07, .12, .35, .65, .90, 1.05, 1.15, 1.20, 1.20, 1.15, 1.10, 1.10, 1.15, 1.20, 1.35, 1.60,
         1.80, 1.80, 1.45, .80]
DAYS = [1.04, 1.03, 1.02, 1.00, .96, .92, 1.03]
WEEK = [hour * day for day in DAYS for hour in HOURS]
WEEK = [weight * 168 / sum(WEEK) for weight in WEEK]
TOP = max(WEEK)

ORDER, LATE, SHAPE = .30, .08, .6
INTERRUPTED, SALIENCE, INTENT = .45, (1.5, 30.0), (30.0, 120.0)
STRENGTH, OPENED, MEDIAN, OPEN_SHAPE = .6, .45, 4.6, .80
PER_CART = ORDER + (1 - ORDER) * LATE
KAPPA = .115


class Count:
    events = 0


def wait_for_visit(rng, rate, now):
    """Thinning, since that is how it is usually done."""
    while True:
        now += rng.expovariate(rate * TOP)
        if rng.random() * TOP < WEEK[int(now) % 168]:
            return now


def late(rng, amplitude, tau, mass):
    """When a hazard that decays by tau, from amplitude on, has reached the mass; None: never."""
    left = 1 - mass / (amplitude * tau)
    return None if left <= 0 else -tau * math.log(left)


def cart(env, rng, count):
    """A cart left behind: ordered late, or reminded of and then perhaps ordered."""
    count.events += 1
    if rng.random() < ORDER:
        yield env.timeout(8 / 60)
        count.events += 2
        return
    at = 0 if rng.random() < INTERRUPTED else 1
    tau = 1 / (1 / SALIENCE[at] + 1 / INTENT[at])
    k = KAPPA * rng.gammavariate(SHAPE, 1 / SHAPE) / tau
    mass = rng.expovariate(1)
    when = late(rng, k, tau, mass)
    if when is not None and when < 1:
        yield env.timeout(when)
        count.events += 1
        return
    yield env.timeout(1)
    count.events += 1  # the mail
    spent = k * tau * (1 - math.exp(-1 / tau))
    opens = None
    if rng.random() < OPENED:
        u = rng.random()
        opens = MEDIAN * (u / (1 - u)) ** (1 / OPEN_SHAPE)
    if opens is None or opens > 336 or (when is not None and when < 1 + opens):
        if when is not None:
            yield env.timeout(when - 1)
            count.events += 1
        return
    yield env.timeout(opens)
    count.events += 1  # the opening
    t = 1 + opens
    spent += k * tau * (math.exp(-1 / tau) - math.exp(-t / tau))
    salience = math.exp(-t / SALIENCE[at])
    amplitude = k * math.exp(-t / INTENT[at]) * (salience + STRENGTH * (1 - salience))
    when = late(rng, amplitude, tau, max(mass - spent, 1e-12))
    if when is not None:
        yield env.timeout(when)
        count.events += 1


def customer(env, rng, count):
    rate = rng.gammavariate(.2426, 1 / 4.4135)  # orders a week
    visits = max(1.9 * math.sqrt(rate / .05497), rate / (PER_CART * .5)) / 168
    carts = rate / 168 / (visits * PER_CART)
    while True:
        yield env.timeout(wait_for_visit(rng, visits, env.now) - env.now)
        views = 1 + int(math.log(1 - rng.random()) / math.log(1 - 1 / 3.9))
        for view in range(views):
            count.events += 1
            if view + 1 < views:
                yield env.timeout(min(rng.lognormvariate(3.97, 1.5), 1800) / 3600)
        if rng.random() < carts:
            env.process(cart(env, rng, count))


def simpy_speed(customers, days):
    rng, count, env = random.Random(42), Count(), simpy.Environment()
    for _ in range(customers):
        env.process(customer(env, rng, count))
    began = time.perf_counter()
    env.run(until=24 * days)
    return count.events, time.perf_counter() - began


def foresend_speed(command, customers, days):
    root = Path(__file__).resolve().parents[2]
    out = subprocess.run(
        [command, "simulate", "scenarios/cart-recovery.toml", "--world", "retail", "--threads", "1", "--json", "-",
         "--customers", str(customers), "--days", str(days)],
        cwd=root, capture_output=True, text=True, check=True)
    timing = json.loads(out.stdout)["timing"]
    return timing["events"], timing["seconds"]


def main():
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description="SimPy against Foresend, in one run")
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--foresend", default=str(root / "target/release/foresend"))
    asked = parser.parse_args()
    ratios = []
    for _ in range(asked.rounds):
        rates = []
        for name, (events, seconds) in [
            ("SimPy", simpy_speed(asked.customers, asked.days)),
            ("Foresend", foresend_speed(asked.foresend, 10 * asked.customers, asked.days)),
        ]:
            rates.append(events / seconds)
            print(f"{name:9} {events:11,} events in {seconds:6.2f} s: {rates[-1]:12,.0f} events/s")
        ratios.append(rates[1] / rates[0])
    ratios.sort()
    print(f"Foresend plays {ratios[len(ratios) // 2]:.1f} times as many events a second (median of {len(ratios)}; "
          f"{ratios[0]:.1f} to {ratios[-1]:.1f}).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
