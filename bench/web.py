# SPDX-License-Identifier: Apache-2.0
"""One nginx four times: on the host, and in containers of hoy, podman and docker behind a published port, each out of the same root file
system with the same configuration. The client is another host: a network namespace at the other end of a cable."""
import os
import re
import subprocess
import time

ROUNDS = int(os.environ.get('WEB_ROUNDS', '15'))      # of each load on each server, in turn
SECONDS = int(os.environ.get('SECONDS_EACH', '1'))   # of a round
PORTS = int(os.environ.get('PORTS', '1000'))         # published ports of the crowded firewall
LARGE = int(os.environ.get('LARGE_MIB', '512'))      # MiB of the large file
HOST, CLIENT = '10.66.0.1', '10.66.0.2'
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
    """The servers: {name: port}, and the client that asks them."""

    def __init__(self, b, engines):
        self.b, self.engines, self.ports = b, engines, {}
        self.client = self.neighbour()
        # netavark accepts connections that are known, and no new ones: those are left to the policy, and dockerd's is DROP
        if 'docker' in engines:
            self.b.quiet(['iptables', '-P', 'FORWARD', 'ACCEPT'])
        tar = self.root_file_system()
        self.serve_on_the_host(tar)
        for number, (name, engine) in enumerate(engines.items()):
            self.serve_in_a_container(name, engine, tar, 8100 + number)
        tar.unlink()

    def neighbour(self):
        """Another host on a cable of its own; what is to be put before a command that runs there."""
        holder = self.b.start(['unshare', '-n', 'sleep', '100000'], lambda: True)
        enter = ['nsenter', '-t', str(holder.pid), '-n']
        while os.readlink(f'/proc/{holder.pid}/ns/net') == os.readlink('/proc/self/ns/net'):
            time.sleep(0.01)
        for words in (f'ip link add lan type veth peer name lan netns {holder.pid}', f'ip address add {HOST}/24 dev lan', 'ip link set lan up'):
            self.b.quiet(words.split())
        for words in (f'ip address add {CLIENT}/24 dev lan', 'ip link set lan up', 'ip link set lo up'):
            self.b.quiet([*enter, *words.split()])
        return enter

    def root_file_system(self):
        """The services image of the end-to-end tests as a tar."""
        image, tar = f'{self.b.registry}/services', self.b.dir / 'services.tar'
        hoy = self.engines['hoy']
        self.b.quiet([*hoy, 'create', '--name', 'exported', '--network', 'none', image])
        self.b.quiet([*hoy, 'export', '-o', tar, 'exported'])
        self.b.quiet([*hoy, 'rm', 'exported'])
        return tar

    def serve_on_the_host(self, tar):
        root = self.b.dir / 'web'
        root.mkdir()
        self.b.quiet(['tar', '-x', '-C', root, '-f', tar])
        (root / 'dev/null').touch()
        self.ports['host'] = 8099
        self.b.start(['chroot', str(root), 'sh', '-c', START.replace('PORT', '8099')], lambda: self.answers(8099))

    def serve_in_a_container(self, name, engine, tar, port):
        if name != 'hoy':
            self.b.quiet([*engine, 'import', str(tar), 'web'])
        image = f'{self.b.registry}/services' if name == 'hoy' else 'web'
        self.b.quiet([*engine, 'run', '-d', '--name', 'web', *self.b.limits(name), '-p', f'{port}:80', image, 'sh', '-c', START.replace('PORT', '80')])
        for _ in range(50):
            if self.answers(port):
                self.ports[name] = port
                return
            time.sleep(0.1)
        print(f'  {name} left out: its published port does not answer')

    def answers(self, port):
        done = subprocess.run([*self.client, 'curl', '-sS', '-m', '2', '-o', '/dev/null', '-w', '%{http_code}', f'http://{HOST}:{port}/small'],
                              capture_output=True, text=True)
        return done.stdout == '200'

    def load(self, port, *headers):
        """Requests per second of a small file, 16 connections at a time."""
        words = [word for header in headers for word in ('-H', header)]
        out = self.b.quiet([*self.client, 'wrk', '-t', '1', '-c', '16', '-d', f'{SECONDS}s', *words, f'http://{HOST}:{port}/small'])
        if 'Non-2xx' in out or 'Socket errors' in out:
            print(f'  port {port}: {out}')
        return float(re.search(r'Requests/sec:\s*([\d.]+)', out).group(1))

    def throughput(self, port):
        """MB/s of the large file on one connection."""
        return float(self.b.quiet([*self.client, 'curl', '-sS', '-o', '/dev/null', '-w', '%{speed_download}', f'http://{HOST}:{port}/large'])) / 1e6

    def in_turn(self, measure):
        """The mean of the best third of each server's rounds: what else the machine does only ever takes away."""
        got = {name: [] for name in self.ports}
        for _ in range(ROUNDS):
            for name, port in self.ports.items():
                got[name].append(measure(port))
        return {name: best(values) for name, values in got.items()}

    def crowded(self):
        """hoy's requests beside PORTS published ports of another container, as a share of those beside 10, in turn."""
        shares = {10: [], PORTS: []}
        image = f'{self.b.registry}/busybox'
        for _ in range(ROUNDS):
            for ports, rates in shares.items():
                self.b.quiet([*self.engines['hoy'], 'run', '-d', '--name', 'many', '-p', f'20000-{20000 + ports - 1}:20000-{20000 + ports - 1}',
                              image, 'sleep', '600'])
                rates.append(self.load(self.ports['hoy'], 'Connection: close'))
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
    new = web.in_turn(lambda port: web.load(port, 'Connection: close'))
    large = web.in_turn(web.throughput)
    budget = 'hoy beside the best of the others (budget 0.95)'
    b.table(f'nginx behind a published port, asked by another host with wrk (the best third of {ROUNDS} rounds)', list(web.ports), [
        ('connections that are kept', cells(kept, 'requests/s')), (budget, beside_best(kept)),
        ('a new connection each', cells(new, 'requests/s')), (budget, beside_best(new)),
        (f'one file of {LARGE} MiB', cells(large, 'MB/s')), (budget, beside_best(large)),
        (f'new connections beside {PORTS} more ports, beside 10 (budget 1)', {'hoy': f'{web.crowded():.2f}'})])
