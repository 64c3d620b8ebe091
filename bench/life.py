# SPDX-License-Identifier: Apache-2.0
"""bench/run life: what Docker users do all day: run -d, exec, ps, inspect, logs; many containers at once; what idle ones cost."""
import os
import pathlib
import subprocess
import time

CROWD = int(os.environ.get('CROWD', '1000'))  # containers that ps and inspect look at
IDLE = int(os.environ.get('IDLE', '100'))     # containers that run at the same time
LOG_MIB = int(os.environ.get('LOG_MIB', '256'))
LINE = '0123456789012345678901234567890123456789012345678901234567890123456789'


def names(engine):
    return subprocess.run([*engine, 'ps', '-aq'], check=True, capture_output=True, text=True).stdout.split()


def clear(engine):
    found = names(engine)
    for i in range(0, len(found), 50):
        subprocess.run([*engine, 'rm', '-f', *found[i:i + 50]], capture_output=True, check=False)


def seconds(command, **more):
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    return time.monotonic() - began


def detached(b, found, image):
    """run -d of a command that ends at once, until the command line is back."""
    floor = {'floor': b.floor}
    return b.lap(floor | {name: [*engine, 'run', '-d', '--rm', '--network', 'none', *b.limits(name), image, 'true']
                          for name, engine in found.items()})


def executing(b, found, image):
    for name, engine in found.items():
        b.quiet([*engine, 'run', '-d', '--name', 'bench-exec', '--network', 'none', *b.limits(name), '--stop-signal', 'KILL',
                 image, 'sleep', '600'])
    result = b.lap({'floor': b.floor} | {name: [*engine, 'exec', 'bench-exec', 'true'] for name, engine in found.items()})
    for engine in found.values():
        clear(engine)
    return result


def idle(b, found, image):
    """Starts IDLE containers in 8 lanes: {name: ms for each}, and the PSS in KiB of a monitor of hoy's among them."""
    times, pss = {}, 0
    for name, engine in found.items():
        # KILL: podman's rm -f waits ten seconds for a process 1 that does not hear TERM
        command = [*engine, 'run', '-d', '--network', 'none', *b.limits(name), '--stop-signal', 'KILL', image, 'sleep', '600']
        times |= b.lap({name: command}, rounds=IDLE, lanes=8)
        if name == 'hoy':
            time.sleep(3)
            each = [rollup(pid) for pid in monitors()]
            pss = sum(each) / max(1, len(each))
        clear(engine)
    return times, pss


def monitors():
    for comm in pathlib.Path('/proc').glob('[0-9]*/comm'):
        try:
            if comm.read_text() == 'hoy-monitor\n':
                yield comm.parent
        except OSError:
            continue


def rollup(process):
    return next(int(line.split()[1]) for line in (process / 'smaps_rollup').read_text().splitlines() if line.startswith('Pss:'))


def crowd(b, hoy, image):
    """ps and inspect beside CROWD containers that were created."""
    b.lap({'create': [*hoy, 'create', '--network', 'none', image, 'true']}, rounds=CROWD - 1, lanes=2)
    one = names(hoy)[0]
    result = b.lap({'ps -a': [*hoy, 'ps', '-a'], 'ps': [*hoy, 'ps'], 'inspect': [*hoy, 'inspect', one]}, rounds=20)
    clear(hoy)
    return result


def logging(b, hoy, image):
    """
    Writing LOG_MIB through the log, and reading them back; MB/s each. Beside the same command in a container whose output
    goes through a pipe into a file: the ratio is of the log alone, not of the program that writes.
    """
    text = b.dir / 'text'
    with open(text, 'wb') as file:
        file.write(((LINE + '\n') * (LOG_MIB * 2**20 // (len(LINE) + 1))).encode())
    more = ['--network', 'none', '-v', f'{b.dir}:/bench']
    took = {}
    # lines as a program makes them, and a file as fast as a pipe takes it
    for what, say in (('yes', f'yes {LINE} | head -c {LOG_MIB << 20}'), ('cat', 'cat /bench/text')):
        took[f'{what} pipe'] = seconds([*hoy, 'run', '--rm', '--log-driver', 'none', *more, image, 'sh', '-c', f'{say} | cat >/bench/said'])
        name = f'bench-{what}'
        b.quiet([*hoy, 'create', '--name', name, '--log-opt', 'max-size=8g', *more, image, 'sh', '-c', say])
        # nobody watches: what is measured is the log
        took[f'{what} log'] = seconds([*hoy, 'start', name]) + seconds([*hoy, 'wait', name])
    took['read'] = seconds([*hoy, 'logs', 'bench-cat'])
    clear(hoy)
    text.unlink()
    return {what: LOG_MIB * 1.048576 / time for what, time in took.items()}


def measure(b):
    image = f'{b.registry}/busybox'
    found = {name: command[:command.index('run')] for name, command in b.engines.items()}
    hoy = found['hoy']

    b.table('Containers in the background', ['floor', *found], [
        ('run -d, until it returns (budget 2 x floor)', b.ms(detached(b, found, image), 'floor')),
        ('exec of true (budget 1 x floor)', b.ms(executing(b, found, image), 'floor'))])
    times, pss = idle(b, found, image)
    b.table(f'{IDLE} containers started in 8 lanes', list(found), [('each', b.ms(times, 'hoy'))])
    looks, speed = crowd(b, hoy, image), logging(b, hoy, image)
    b.table('hoy alone', ['hoy'], [
        (f'a monitor among {IDLE} idle ones, PSS (budget 300 KiB)', {'hoy': f'{pss:.0f} KiB'}),
        (f'ps -a of {CROWD} containers (budget 20 ms)', {'hoy': f"{looks['ps -a'][0]:.1f} ms"}),
        (f'ps beside {CROWD} containers (budget 20 ms)', {'hoy': f"{looks['ps'][0]:.1f} ms"}),
        (f'inspect beside {CROWD} containers (budget 5 ms)', {'hoy': f"{looks['inspect'][0]:.1f} ms"}),
        *((f'{LOG_MIB} MiB of lines to stdout by `{what}`, logged, beside a pipe into a file (budget half)',
           {'hoy': f"{speed[f'{what} log'] / speed[f'{what} pipe']:.2f} of its {speed[f'{what} pipe']:.0f} MB/s"}) for what in ('yes', 'cat')),
        ('reading them back (budget 200 MB/s)', {'hoy': f"{speed['read']:.0f} MB/s"})])
