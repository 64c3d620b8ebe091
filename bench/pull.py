# SPDX-License-Identifier: Apache-2.0
"""The pull part of bench/run: a large image from a registry on loopback, hoy beside podman and docker.

The image is made of the files of this machine's /usr, as often as it takes to fill five gzip layers of equal size, so that sizes,
counts and compression are those of a real root file system. It is made once and kept in the cache of the tests.
"""
import hashlib
import importlib.machinery
import importlib.util
import itertools
import os
import pathlib
import shutil
import statistics
import subprocess
import tarfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
LAYERS = 5
SIZE = int(os.environ.get('PULL_MIB', '820'))  # compressed, all layers together
TURNS = int(os.environ.get('PULL_TURNS', '3'))
FREED_INODES_REST = 61  # seconds


def fixtures():
    """tests/run/fixtures/build-images as a module: it knows how to talk to a registry."""
    loader = importlib.machinery.SourceFileLoader('build_images', str(TOP / 'tests/run/fixtures/build-images'))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('build_images', loader))
    loader.exec_module(module)
    return module


class Hashed:
    """A writer that counts and hashes what goes through."""

    def __init__(self, raw):
        self.raw, self.sha, self.size = raw, hashlib.sha256(), 0

    def write(self, data):
        self.sha.update(data)
        self.size += len(data)
        return self.raw.write(data)

    def digest(self):
        return 'sha256:' + self.sha.hexdigest()


class Packed:
    """One layer on its way to a file, looking like build-images' Layer to push()."""

    def __init__(self, path, mib, files):
        with open(path, 'wb') as raw:
            packer = subprocess.Popen([shutil.which('pigz') or 'gzip', '-6'], stdin=subprocess.PIPE, stdout=raw)
            plain = Hashed(packer.stdin)
            with tarfile.open(fileobj=plain, mode='w|', format=tarfile.PAX_FORMAT) as tar:
                # the packer is behind by what is in its pipe, and no more
                while os.path.getsize(path) < mib << 20:
                    turn, name = next(files)
                    info = tar.gettarinfo(name, arcname=f'{turn}{name}')
                    if info and info.isreg() and info.type == tarfile.REGTYPE:
                        with open(name, 'rb') as content:
                            tar.addfile(info, content)
                    elif info and info.issym():
                        tar.addfile(info)
            packer.stdin.close()
            packer.wait()
        self.diff_id, self.unpacked = plain.digest(), plain.size
        self.data = path.read_bytes()

    def kind(self, docker):
        return 'application/vnd.oci.image.layer.v1.tar+gzip'


def usr():
    """(turn, file) without an end, each file of /usr once a turn."""
    for turn in itertools.count():
        for folder, folders, names in os.walk('/usr'):
            folders.sort()
            for name in sorted(names):
                yield f'turn{turn}', os.path.join(folder, name)


def make(bench, storage):
    scratch = storage.parent / 'large-layers'
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.rmtree(storage, ignore_errors=True)
    storage.mkdir(parents=True)
    scratch.mkdir()
    files = usr()
    layers = [Packed(scratch / str(n), SIZE // LAYERS + 1, files) for n in range(LAYERS)]
    bench.serve(storage)
    images = fixtures()
    images.push(images.Registry(bench.registry), 'large', 'latest', layers, {'Cmd': ['sh']})
    (storage / 'done').write_text(f'{sum(len(layer.data) for layer in layers)} {sum(layer.unpacked for layer in layers)}\n')
    shutil.rmtree(scratch)


def measure(bench, table, missing, quiet, podman_limits):
    storage = pathlib.Path(os.environ.get('XDG_CACHE_HOME', os.path.expanduser('~/.cache')), f'hoy-tests/large-{SIZE}')
    if not (storage / 'done').exists():
        print(f'making the large image (once; kept in {storage})')
        make(bench, storage)
    else:
        bench.serve(storage)
    packed, unpacked = map(int, (storage / 'done').read_text().split())
    image = f'{bench.registry}/large'

    engines = {'hoy': ([*bench.hoy, 'pull', '-q', image], [*bench.hoy, 'rmi', image])}
    for name, options in (('podman', ['--tls-verify=false']), ('docker', [])):
        try:
            base = getattr(bench, name)()
            engines[name] = ([*base, 'pull', '-q', *options, image], [*base, 'rmi', image])
        except missing as why:
            print(f'  {name} left out: {why}')
    times = {name: [] for name in engines}
    for _ in range(TURNS):
        for name, (pull, remove) in engines.items():
            subprocess.run(['sync'], check=True)
            began = time.monotonic()
            quiet(pull)
            times[name].append(time.monotonic() - began)
            quiet(remove)
            # ext4 passes over inodes that were freed in the last minute, one by one: a pull right behind a removal of as
            # many files measures that search (10 to 20 s for each engine) and little else
            subprocess.run(['sync'], check=True)
            time.sleep(FREED_INODES_REST)
    medians = {name: statistics.median(each) for name, each in times.items()}
    table(f'Pull of {packed / 1e6:.0f} MB in {LAYERS} gzip layers ({unpacked / 1e9:.1f} GB unpacked) from loopback, median of {TURNS}',
          list(medians), [('pull and unpack (budget: a quarter of each peer)',
                           {name: f'{seconds:.1f} s' + ('' if name == 'hoy' else f" ({seconds / medians['hoy']:.1f} x hoy)")
                            for name, seconds in medians.items()})])
