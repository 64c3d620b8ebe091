# SPDX-License-Identifier: Apache-2.0
"""One nginx four times: on a host, and in containers of hoy, podman and docker behind a published port, each out of the same root file
system with the same configuration. Each is a host of its own, so that none pays for another's firewall: a network namespace, on a cable
to the one of the client."""
import os
import re
import subprocess
import time

ROUNDS = int(os.environ.get('WEB_ROUNDS', '15'))      # of each load on each server, in turn
SECONDS = int(os.environ.get('SECONDS_EACH', '1'))   # of a round
PORTS = int(os.environ.get('PORTS', '1000'))         # published ports of the crowded firewall
LARGE = int(os.environ.get('LARGE_MIB', '512'))      # MiB of the large file
PORT = 8080
START = f'''
mkdir -p /www /tmp && cd /www && head -c 1000 /dev/zero >small && head -c {LARGE}M /dev/zero >large || exit 1
cat >/tmp/nginx.conf <<END
daemon off; pid /tmp/nginx.pid; error_log stderr; worker_processes 1;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; root /www; server {{ listen PORT; }} }}
END
exec nginx -c /tmp/nginx.conf
'''


def best(values):
    chosen = sorted(values)[-max(1, len(values) // 3):]
    return sum(chosen) / len(chosen)


class Web:
    """The servers, {name: address}, and the client that asks them."""

    def __init__(self, b, engines):
        self.b, self.addresses = b, {}
        self.client = self.new_host()
        # dockerd is in the network of the bench
        inside = {name: [] if name == 'docker' else self.new_host() for name in ['host', *engines]}
        self.engines = {name: [*inside[name], *engine] for name, engine in engines.items()}
        image = f'{b.registry}/services' # of a registry that only the bench's own network reaches
        tar = self.root_file_system(engines['hoy'], image)
        for number, (name, enter) in enumerate(inside.items()):
            address = self.plug_in(enter, number)
            if name == 'host':
                self.serve_on_a_host(enter, tar)
            else:
                self.serve_in_a_container(name, image, tar)
            self.wait_for(name, address)
        tar.unlink()

    def new_host(self):
        """What is to be put before a command that runs there."""
        holder = self.b.start(['unshare', '-n', 'sleep', '100000'], lambda: True)
        enter = ['nsenter', '-t', str(holder.pid), '-n']
        while os.readlink(f'/proc/{holder.pid}/ns/net') == os.readlink('/proc/self/ns/net'):
            time.sleep(0.01)
        self.b.quiet([*enter, 'ip', 'link', 'set', 'lo', 'up'])
        return enter

    def plug_in(self, enter, number):
        """A cable from the client to a host: the host's address."""
        address, there = f'10.66.{number}.1', self.client[2]
        for words in (f'ip link add lan type veth peer name lan{number} netns {there}', f'ip address add {address}/24 dev lan', 'ip link set lan up'):
            self.b.quiet([*enter, *words.split()])
        for words in (f'ip address add 10.66.{number}.2/24 dev lan{number}', f'ip link set lan{number} up'):
            self.b.quiet([*self.client, *words.split()])
        return address

    def wait_for(self, name, address):
        for _ in range(100):
            if self.answers(address):
                self.addresses[name] = address
                return
            time.sleep(0.1)
        print(f'  {name} left out: its port does not answer')

    def root_file_system(self, hoy, image):
        """The image as a tar."""
        tar = self.b.dir / 'services.tar'
        self.b.quiet([*hoy, 'create', '--name', 'exported', '--network', 'none', image])
        self.b.quiet([*hoy, 'export', '-o', tar, 'exported'])
        self.b.quiet([*hoy, 'rm', 'exported'])
        return tar

    def serve_on_a_host(self, enter, tar):
        root = self.b.dir / 'web'
        root.mkdir()
        self.b.quiet(['tar', '-x', '-C', root, '-f', tar])
        (root / 'dev/null').touch()
        self.b.start([*enter, 'chroot', str(root), 'sh', '-c', START.replace('PORT', str(PORT))], lambda: True)

    def serve_in_a_container(self, name, image, tar):
        engine = self.engines[name]
        if name != 'hoy':
            self.b.quiet([*engine, 'import', str(tar), 'web'])
            image = 'web'
        self.b.stack.callback(subprocess.run, [*engine, 'rm', '-f', 'web'], capture_output=True, check=False)
        self.b.quiet([*engine, 'run', '-d', '--name', 'web', *self.b.limits(name), '--stop-signal', 'KILL', '-p', f'{PORT}:80',
                      image, 'sh', '-c', START.replace('PORT', '80')])

    def answers(self, address):
        done = subprocess.run([*self.client, 'curl', '-sS', '-m', '2', '-o', '/dev/null', '-w', '%{http_code}', f'http://{address}:{PORT}/small'],
                              capture_output=True, text=True)
        return done.stdout == '200'

    def load(self, address, *headers):
        """Requests per second of a small file, 16 connections at a time."""
        words = [word for header in headers for word in ('-H', header)]
        out = self.b.quiet([*self.client, 'wrk', '-t', '1', '-c', '16', '-d', f'{SECONDS}s', *words, f'http://{address}:{PORT}/small'])
        if 'Non-2xx' in out or 'Socket errors' in out:
            print(f'  {address}: {out}')
        return float(re.search(r'Requests/sec:\s*([\d.]+)', out).group(1))

    def throughput(self, address):
        """MB/s of the large file on one connection."""
        return float(self.b.quiet([*self.client, 'curl', '-sS', '-o', '/dev/null', '-w', '%{speed_download}', f'http://{address}:{PORT}/large'])) / 1e6

    def in_turn(self, measure):
        """The mean of the best third of each server's rounds: what else the machine does only ever takes away."""
        got = {name: [] for name in self.addresses}
        for _ in range(ROUNDS):
            for name, address in self.addresses.items():
                got[name].append(measure(address))
        return {name: best(values) for name, values in got.items()}

    def crowded(self):
        """hoy's requests beside PORTS published ports of another container, as a share of those beside 10, in turn."""
        shares = {10: [], PORTS: []}
        image = f'{self.b.registry}/busybox'
        for _ in range(ROUNDS):
            for ports, rates in shares.items():
                self.b.quiet([*self.engines['hoy'], 'run', '-d', '--name', 'many', '-p', f'20000-{20000 + ports - 1}:20000-{20000 + ports - 1}',
                              image, 'sleep', '600'])
                rates.append(self.load(self.addresses['hoy'], 'Connection: close'))
                self.b.quiet([*self.engines['hoy'], 'rm', '-f', 'many'])
        return best(shares[PORTS]) / best(shares[10])


def cells(rates, unit):
    """Each rate, and beside the host's."""
    return {name: f'{rate:.0f} {unit} ({rate / rates["host"]:.2f} x)' for name, rate in rates.items()}


def beside_best(rates):
    """hoy's rate beside the best of the other engines'."""
    others = [rate for name, rate in rates.items() if name not in ('host', 'hoy')]
    return {'hoy': f"{rates['hoy'] / max(others):.2f}"} if others else {}


def measure(b, engines):
    web = Web(b, engines)
    kept = web.in_turn(web.load)
    new = web.in_turn(lambda address: web.load(address, 'Connection: close'))
    large = web.in_turn(web.throughput)
    budget = 'hoy beside the best of the others (budget 0.95)'
    b.table(f'nginx behind a published port, asked by another host with wrk (the best third of {ROUNDS} rounds)', list(web.addresses), [
        ('connections that are kept', cells(kept, 'requests/s')), (budget, beside_best(kept)),
        ('a new connection each', cells(new, 'requests/s')), (budget, beside_best(new)),
        (f'one file of {LARGE} MiB', cells(large, 'MB/s')), (budget, beside_best(large)),
        (f'new connections beside {PORTS} more ports, beside 10 (budget 1)', {'hoy': f'{web.crowded():.2f}'})])
