# SPDX-License-Identifier: Apache-2.0
"""bench/run network: the default network and published ports, beside the floor, docker and podman. In a network namespace of its own."""
import os
import re
import subprocess
import time

SIDE_BY_SIDE = int(os.environ.get('SIDE_BY_SIDE', '40'))  # containers with a published port, started in 8 lanes
PORTS = int(os.environ.get('PORTS', '1000'))              # published ports of the crowded firewall
SECONDS = int(os.environ.get('SECONDS_EACH', '3'))        # of each load


def remove_all(engine):
    found = subprocess.run([*engine, 'ps', '-aq'], check=True, capture_output=True, text=True).stdout.split()
    if found:
        subprocess.run([*engine, 'rm', '-f', *found], capture_output=True, check=False)


def requests(port):
    """Requests per second of one small file, over one connection after the other and 16 at a time."""
    done = subprocess.run(['wrk', '-t', '1', '-c', '16', '-d', f'{SECONDS}s', f'http://127.0.0.1:{port}/index.html'], capture_output=True,
                          text=True, check=True)
    return float(re.search(r'Requests/sec:\s*([\d.]+)', done.stdout).group(1))


def serve(b, name, engine, image, port):
    """A web server in a container behind a published port; its requests per second."""
    run = [*engine, 'run', '-d', *b.limits(name), '-p', f'{port}:80', image, 'sh', '-c',
           'mkdir /www && head -c 1000 /dev/zero >/www/index.html && exec httpd -f -p 80 -h /www']
    b.quiet(run)
    for _ in range(100):
        if subprocess.run(['wrk', '-t', '1', '-c', '1', '-d', '1s', f'http://127.0.0.1:{port}/index.html'], capture_output=True,
                          check=False).returncode == 0:
            break
        time.sleep(0.1)
    return requests(port)


def on_the_host(b, port):
    """The same web server without a container."""
    www = b.dir / 'www'
    www.mkdir()
    (www / 'index.html').write_bytes(bytes(1000))
    b.start(['busybox', 'httpd', '-f', '-p', str(port), '-h', str(www)], lambda: subprocess.run(
        ['wrk', '-t', '1', '-c', '1', '-d', '1s', f'http://127.0.0.1:{port}/index.html'], capture_output=True, check=False).returncode == 0)
    return requests(port)


def starts(b, found, image):
    tail = ['--rm', image, 'true']
    return b.lap({'floor': b.floor} | {name: [*engine, 'run', *b.limits(name), *tail] for name, engine in found.items()})


def published(b, found, image):
    """SIDE_BY_SIDE containers with a port each, in 8 lanes: ms for each."""
    times = {}
    for name, engine in found.items():
        times |= b.lap({name: [*engine, 'run', '-d', *b.limits(name), '-p', '80', image, 'sleep', '600']}, rounds=SIDE_BY_SIDE, lanes=8)
        remove_all(engine)
    return times


def crowded(b, hoy, image):
    """What a request costs with one published port, and beside PORTS more."""
    alone = serve(b, 'hoy', hoy, image, 8001)
    b.quiet([*hoy, 'run', '-d', '-p', f'20000-{20000 + PORTS - 1}:20000-{20000 + PORTS - 1}', image, 'sleep', '600'])
    beside = requests(8001)
    remove_all(hoy)
    return beside / alone


def measure(b):
    image = f'{b.registry}/busybox'
    found = {name: command[:command.index('run')] for name, command in b.engines.items()}
    b.table('On the default network', ['floor', *found], [
        ('run --rm busybox true (budget 3 x floor)', b.ms(starts(b, found, image), 'floor'))])
    times = published(b, found, image)
    b.table(f'{SIDE_BY_SIDE} containers with a published port, started in 8 lanes', list(found), [('each', b.ms(times, 'hoy'))])
    rates = {'host': on_the_host(b, 8090)}
    for i, (name, engine) in enumerate(found.items()):
        rates[name] = serve(b, name, engine, image, 8100 + i)
        remove_all(engine)
    best = max([rate for name, rate in rates.items() if name not in ('host', 'hoy')] or [rates['hoy']])
    b.table('Requests to a web server: without a container, and through a published port', list(rates), [
        ('per second', {name: f'{rate:.0f}' for name, rate in rates.items()}),
        ('hoy beside the best of the others (budget 0.95)', {'hoy': f"{rates['hoy'] / best:.2f}"}),
        (f'hoy with {PORTS} more ports, beside itself without', {'hoy': f"{crowded(b, found['hoy'], image):.2f}"})])
