# SPDX-License-Identifier: Apache-2.0
"""bench/run network: the default network and published ports, beside the floor, docker and podman. In a network namespace of its own."""
import os
import re
import statistics
import subprocess
import sys
import time

import web

SIDE_BY_SIDE = int(os.environ.get('SIDE_BY_SIDE', '100'))  # containers with a published port, started in 8 lanes
# the steps of a start that are the network's, as --debug shows them
STEPS = {'the cable, one netlink message': r'ip link add veth',
         'up, address, route: one batch': r'nsenter .* ip (link set eth|address|route)',
         'the published port: one nftables transaction': r'nft add element',
         'the cable is unplugged': r'ip link set veth.* down'}


def remove_all(engine):
    found = subprocess.run([*engine, 'ps', '-aq'], check=True, capture_output=True, text=True).stdout.split()
    if found:
        subprocess.run([*engine, 'rm', '-f', *found], capture_output=True, check=False)


def starts(b, found, image):
    """run --rm of true: with the default network, and without one."""
    tail = ['--rm', image, 'true']
    return b.lap({'floor': b.floor, 'hoy without': [*found['hoy'], 'run', '--network', 'none', *tail]} |
                 {name: [*engine, 'run', *b.limits(name), *tail] for name, engine in found.items()})


def steps(hoy, image):
    """{step: median µs}: those of the same netlink batch have one time, which each of its lines shows."""
    times = {name: [] for name in STEPS}
    for _ in range(20):
        lines = subprocess.run([*hoy, '--debug', 'run', '--rm', '-p', '80', image, 'true'], capture_output=True, text=True, check=True).stderr.splitlines()
        for name, pattern in STEPS.items():
            times[name].append(max((int(line.rsplit('(', 1)[1].split()[0]) for line in lines if re.search(pattern, line)), default=0))
    return {name: statistics.median(values) for name, values in times.items()}


def published(b, found, image):
    """SIDE_BY_SIDE containers with a port each, in 8 lanes: ms for each."""
    times = {}
    for name, engine in found.items():
        # KILL: podman's rm -f waits ten seconds for a process 1 that does not hear TERM
        command = [*engine, 'run', '-d', *b.limits(name), '--stop-signal', 'KILL', '-p', '80', image, 'sleep', '600']
        times |= b.lap({name: command}, rounds=SIDE_BY_SIDE, lanes=8)
        remove_all(engine)
        time.sleep(1)
    return times


def measure(b):
    image = f'{b.registry}/busybox'
    found = {name: command[:command.index('run')] for name, command in b.engines.items()}
    for engine in found.values():
        b.stack.callback(remove_all, engine) # before dockerd is ended
    laps = starts(b, found, image)
    without = laps.pop('hoy without')
    b.table('On the default network', list(laps), [
        ('run --rm busybox true (budget 3 x floor)', b.ms(laps, 'floor')),
        ('more than --network none', {'hoy': f"{laps['hoy'][0] - without[0]:.1f} ms"}),
        *((name, {'hoy': f'{value / 1000:.2f} ms'}) for name, value in steps(found['hoy'], image).items())])
    b.table(f'{SIDE_BY_SIDE} containers with a published port, started in 8 lanes', list(found), [
        ('each (budget: a tenth of the others)', b.ms(published(b, found, image), 'hoy'))])
    try:
        web.measure(b, found)
    except b.Missing as why:
        print(f'  the web servers are left out: {why}', file=sys.stderr)
