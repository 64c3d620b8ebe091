#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A registry that misbehaves. The repository's name says how; see the table CASES at the end.

usage: hostile_registry.py PORT_FILE [ADDRESS CERTIFICATE KEY]

Serves on two free loopback ports (the second is "another host" for redirects) and writes both into PORT_FILE. With a
certificate the first of them speaks TLS. GET /_log answers what was asked so far, as JSON: [{"port", "method", "path",
"range", "auth"}].
"""
import base64, gzip, hashlib, io, json, os, random, socket, socketserver, ssl, sys, tarfile, threading, time
from http.server import BaseHTTPRequestHandler
from platform import machine

ARCH = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine(), machine())
OTHER = "s390x" if ARCH != "s390x" else "amd64"
OCI = "application/vnd.oci.image."
DOCKER_V2 = "application/vnd.docker.distribution.manifest.v2+json"
LOG, SEEN, LOCK, MAKING = [], {}, threading.Lock(), threading.Lock()
PORTS, ADDRESS = [], "127.0.0.1"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def dump(thing):
    return json.dumps(thing).encode()


def make_tar(name, size):
    """One file of pseudo-random text, so that gzip does not shrink it to nothing."""
    out = io.BytesIO()
    data = base64.b64encode(random.Random(name).randbytes(size))[:size]
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


class Image:
    """A small image of three layers; @change may bend its documents before they get their digests."""

    def __init__(self, **how):
        self.how = how

    def __getattr__(self, name):
        # made when first asked for: most runs need a few of them only
        with MAKING:
            if name not in self.__dict__:
                self.make(**self.how)
        return self.__dict__[name]

    def make(self, arch=ARCH, sizes=(1000, 3 << 20, 50000), salt="", config=None, manifest=None):
        self.blobs = {}
        tars = [make_tar("file%d%s" % (i, salt), size) for i, size in enumerate(sizes)]
        packed = [gzip.compress(t, 1, mtime=0) for t in tars]
        conf = {
            "architecture": arch, "os": "linux",
            "config": {"Env": ["PATH=/bin"], "Cmd": ["/bin/true"], "Labels": {"salt": salt}},
            "rootfs": {"type": "layers", "diff_ids": [digest(t) for t in tars]},
            "history": [{"created_by": "test"} for _ in tars],
        }
        if config:
            config(conf)
        conf = dump(conf)
        self.man = {
            "schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
            "config": {"mediaType": OCI + "config.v1+json", "digest": digest(conf), "size": len(conf)},
            "layers": [{"mediaType": OCI + "layer.v1.tar+gzip", "digest": digest(p), "size": len(p)} for p in packed],
        }
        if manifest:
            manifest(self.man)
        for b in packed + [conf]:
            self.blobs[digest(b)] = b
        self.layers = [digest(p) for p in packed]
        self.text = dump(self.man)
        self.type = self.man.get("mediaType", OCI + "manifest.v1+json")


def index_of(*images):
    return {
        "schemaVersion": 2, "mediaType": OCI + "index.v1+json",
        "manifests": [{"mediaType": OCI + "manifest.v1+json", "digest": digest(i.text), "size": len(i.text),
                       "platform": {"os": "linux", "architecture": arch}} for i, arch in images],
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self):
        # a TLS client's first byte: this registry speaks plain HTTP only, and says so by hanging up
        try:
            if not self.server.tls and self.connection.recv(1, socket.MSG_PEEK) == b"\x16":
                return
            super().handle()
        except OSError:
            pass

    def log_message(self, *args):
        pass

    def reply(self, status, body=b"", ctype="application/json", headers=(), length=None, send=None):
        self.send_response(status)
        self.send_header("Content-Type", ctype)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if send is None else body[:send])
        if send is not None:
            self.hang_up()

    def hang_up(self):
        self.wfile.flush()
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def error(self, status, code, message, headers=()):
        self.reply(status, dump({"errors": [{"code": code, "message": message}]}), headers=headers)

    def first_times(self, times, what=""):
        """True the first @times times that this is asked."""
        with LOCK:
            key = self.path + what
            SEEN[key] = SEEN.get(key, 0) + 1
            return SEEN[key] <= times

    def do_HEAD(self):
        self.do_GET()

    def do_POST(self):
        self.do_GET()

    def do_GET(self):
        port = self.server.server_address[1]
        if self.path == "/_log":
            return self.reply(200, dump(LOG))
        LOG.append({"port": port, "method": self.command, "path": self.path, "range": self.headers.get("Range"),
                    "auth": self.headers.get("Authorization")})
        if self.path.startswith("/token"):
            return self.token()
        parts = self.path.partition("?")[0].split("/")
        if len(parts) < 5 or parts[1] != "v2":
            return self.error(404, "NAME_UNKNOWN", "no such thing")
        repo, kind, what = parts[2], parts[3], "/".join(parts[4:])
        case = CASES.get(repo)
        if case and port == PORTS[1]:
            case = {"image": case["image"]}
        if case is None:
            return self.error(404, "NAME_UNKNOWN", "repository name not known to registry")
        if case.get("any") and case["any"](self, kind):
            return
        case.setdefault("image", GOOD)
        if kind == "manifests":
            case.get("manifests", plain_manifest)(self, case, what)
        elif kind == "blobs":
            case.get("blobs", plain_blob)(self, case, what)
        elif kind == "tags":
            self.tags(case)

    def token(self):
        auth = self.headers.get("Authorization") or ""
        if "wants=password" in self.path and auth != "Basic " + base64.b64encode(b"hoy:s3cret").decode():
            return self.error(401, "UNAUTHORIZED", "wrong password")
        if "wants=identity" in self.path:
            form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if self.command != "POST" or "refresh_token=id-s3cret" not in form or "grant_type=refresh_token" not in form:
                return self.error(401, "UNAUTHORIZED", "wrong identity")
        self.reply(200, dump({"token": "tok-" + ("secret" if auth else "anonymous"), "expires_in": 300}))

    def tags(self, case):
        tags = case.get("tags", ["latest"])
        if len(tags) > 1 and "last=" not in self.path:
            return self.reply(200, dump({"name": "x", "tags": tags[:1]}),
                              headers=[("Link", '<%s?last=%s&n=1>; rel="next"' % (self.path.partition("?")[0], tags[0]))])
        self.reply(200, dump({"name": "x", "tags": tags[1:] if "last=" in self.path else tags}))


def plain_manifest(h, case, what):
    image = case["image"]
    for extra in case.get("also", ()):
        if what == digest(extra.text):
            return h.reply(200, extra.text, extra.type, [("Docker-Content-Digest", what)])
    text = case.get("text", image.text)
    if what not in case.get("tags", ["latest"]) and what != digest(text):
        return h.error(404, "MANIFEST_UNKNOWN", "manifest unknown")
    ctype = case.get("ctype", json_type(text) or image.type)
    h.reply(200, text, ctype, [("Docker-Content-Digest", case.get("says", digest(text)))])


def json_type(text):
    try:
        return json.loads(text).get("mediaType")
    except Exception:
        return None


def find_blob(case, what):
    for image in [case["image"], *case.get("also", ())]:
        if what in image.blobs:
            return image.blobs[what]
    return None


def plain_blob(h, case, what, **more):
    body = find_blob(case, what)
    if body is None:
        return h.error(404, "BLOB_UNKNOWN", "blob unknown to registry")
    asked = h.headers.get("Range")
    if asked and case.get("ranges", True):
        start = int(asked.partition("=")[2].partition("-")[0])
        if start >= len(body):
            return h.reply(416)
        return h.reply(206, body[start:], "application/octet-stream",
                       [("Content-Range", "bytes %d-%d/%d" % (start, len(body) - 1, len(body)))])
    h.reply(200, body, "application/octet-stream", **more)


def is_large(case, what):
    return len(find_blob(case, what) or b"") > 1 << 20


def lying_blob(h, case, what):
    body = find_blob(case, what)
    if not is_large(case, what):
        return plain_blob(h, case, what)
    body = gzip.compress(make_tar("evil", 3 << 20), 1, mtime=0) + bytes(len(body))
    h.reply(200, body[:len(find_blob(case, what))], "application/octet-stream")


def cut_blob(times):
    def blob(h, case, what):
        if is_large(case, what) and h.first_times(times):
            return plain_blob(h, case, what, send=len(find_blob(case, what)) // 2)
        plain_blob(h, case, what)
    return blob


def cut_unless_resumed(h, case, what):
    """Never whole in one go, but each Range request is served to the end."""
    if is_large(case, what) and not h.headers.get("Range"):
        return plain_blob(h, case, what, send=len(find_blob(case, what)) // 2)
    plain_blob(h, case, what)


def always_half(h, case, what):
    """Half of what was asked, whatever was asked."""
    body = find_blob(case, what)
    if not is_large(case, what):
        return plain_blob(h, case, what)
    h.reply(200, body, "application/octet-stream", send=len(body) // 2)


def slow_blob(h, case, what):
    body = find_blob(case, what)
    if not is_large(case, what) or h.headers.get("Range"):
        return plain_blob(h, case, what)
    h.reply(200, b"", "application/octet-stream", length=len(body))
    for at in range(0, len(body), 65536):
        h.wfile.write(body[at:at + 65536])
        time.sleep(0.2)


def redirected_blob(h, case, what):
    if h.server.server_address[1] == PORTS[1]:
        return plain_blob(h, case, what)
    h.reply(307, headers=[("Location", "http://%s:%d%s" % (ADDRESS, PORTS[1], h.path))])


def longer_blob(h, case, what):
    body = find_blob(case, what)
    h.send_response(200)
    h.send_header("Transfer-Encoding", "chunked")
    h.end_headers()
    for chunk in (body, b"and then some"):
        h.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
    h.wfile.write(b"0\r\n\r\n")


def foreign_range(h, case, what):
    body = find_blob(case, what)
    if h.headers.get("Range"):
        return h.reply(206, body[:1000], "application/octet-stream", [("Content-Range", "bytes 0-999/%d" % len(body))])
    cut_blob(1)(h, case, what)


def huge_headers(h, kind):
    h.send_response(200)
    for i in range(400):
        h.send_header("X-%d" % i, "x" * 4000)
    h.end_headers()
    h.hang_up()
    return True


def want_token(query):
    def check(h, kind):
        if (h.headers.get("Authorization") or "").startswith("Bearer tok-"):
            return False
        h.error(401, "UNAUTHORIZED", "authentication required",
                [("WWW-Authenticate", 'Bearer realm="http://%s:%d/token%s",service="hostile",scope="repository:x:pull"'
                  % (ADDRESS, PORTS[0], query))])
        return True
    return check


def want_basic(h, kind):
    if h.headers.get("Authorization") == "Basic " + base64.b64encode(b"hoy:s3cret").decode():
        return False
    h.error(401, "UNAUTHORIZED", "authentication required", [("WWW-Authenticate", 'Basic realm="hostile"')])
    return True


def refuse(status, message, times=1 << 30, headers=()):
    def check(h, kind):
        if not h.first_times(times):
            return False
        h.error(status, "X", message, headers)
        return True
    return check


def redirect_forever(h, kind):
    h.reply(302, headers=[("Location", h.path)])
    return True


def drop(times):
    def check(h, kind):
        if not h.first_times(times):
            return False
        h.hang_up()
        return True
    return check


GOOD = Image()
ARM = Image(arch=OTHER, salt="arm")


def bend(**kw):
    """The good image's manifest with members changed."""
    m = dict(GOOD.man, **kw)
    return dump(m)


def with_layer(**kw):
    layers = [dict(l) for l in GOOD.man["layers"]]
    layers[1].update(kw)
    return bend(layers=layers)


CASES = {
    "good": {},
    "docker": {"image": Image(salt="docker", manifest=lambda m: m.update(mediaType=DOCKER_V2))},
    "lie": {"image": Image(salt="lie"), "blobs": lying_blob},
    "liemanifest": {"says": "sha256:" + "0" * 64},
    "cutonce": {"image": Image(salt="cutonce"), "blobs": cut_blob(1)},
    "resume": {"image": Image(salt="resume"), "blobs": cut_unless_resumed},
    "norange": {"image": Image(salt="norange"), "blobs": cut_blob(1), "ranges": False},
    "badrange": {"image": Image(salt="badrange"), "blobs": foreign_range},
    "truncate": {"image": Image(salt="truncate"), "blobs": always_half, "ranges": False},
    "slow": {"image": Image(salt="slow"), "blobs": slow_blob},
    "flaky": {"any": refuse(500, "try again", 2)},
    "reset": {"any": drop(2)},
    "down": {"any": refuse(503, "closed for today")},
    "ratelimit": {"any": refuse(429, "toomanyrequests", headers=[("Retry-After", "3600")])},
    "forbidden": {"any": refuse(403, "not for you")},
    "escape": {"any": refuse(403, "\x1b[2J\x1b]0;owned\x07 red")},
    "redirect": {"image": Image(salt="redirect"), "any": want_token(""), "blobs": redirected_blob},
    "redirectlogin": {"image": Image(salt="redirectlogin"), "any": want_basic, "blobs": redirected_blob},
    "plainredirect": {"image": Image(salt="plainredirect"), "blobs": redirected_blob},
    "loop": {"any": redirect_forever},
    "headers": {"any": huge_headers},
    "token": {"any": want_token("")},
    "private": {"any": want_token("?wants=password")},
    "identity": {"any": want_token("?wants=identity")},
    "basic": {"any": want_basic},
    "ctype": {"ctype": OCI + "index.v1+json"},
    "both": {"text": bend(manifests=[])},
    "deep": {"text": b'{"schemaVersion":2,"x":' + b"[" * 100000 + b"]" * 100000 + b"}", "ctype": OCI + "manifest.v1+json"},
    "huge": {"text": bend(annotations={"x": "y" * (5 << 20)})},
    "notjson": {"text": b"<html>hello</html>", "ctype": OCI + "manifest.v1+json"},
    "empty": {"text": b"", "ctype": OCI + "manifest.v1+json"},
    "schema1": {"text": dump({"schemaVersion": 1, "name": "x", "fsLayers": []}),
                "ctype": "application/vnd.docker.distribution.manifest.v1+prettyjws"},
    "other": {"image": ARM},
    "index": {"text": dump(index_of((ARM, OTHER), (GOOD, ARCH))), "also": [ARM, GOOD]},
    "noplatform": {"text": dump(index_of((ARM, OTHER))), "also": [ARM]},
    "foreign": {"text": with_layer(urls=["http://127.0.0.1:1/x"])},
    "length": {"image": Image(salt="length", manifest=lambda m: m["layers"][1].update(size=12345))},
    "longer": {"image": Image(salt="longer"), "blobs": longer_blob},
    "badlayer": {"text": with_layer(digest="sha256:../../../../etc/passwd")},
    "negative": {"text": with_layer(size=-1)},
    "diffid": {"image": Image(salt="diffid", config=lambda c: c["rootfs"]["diff_ids"].__setitem__(1, "sha256:" + "1" * 64))},
    "fewer": {"image": Image(salt="fewer", config=lambda c: c["rootfs"]["diff_ids"].pop())},
    "artifact": {"text": bend(config=dict(GOOD.man["config"], mediaType="application/vnd.cncf.helm.config.v1+json"))},
    "nolatest": {"tags": ["1.0", "1.1", "1.2"]},
    "notags": {"tags": []},
    "badtag": {"tags": ["1.0", "80/x"]},
}


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    tls = None

    def finish_request(self, request, client):
        # the handshake belongs to the thread of this connection: one that stalls stalls no other
        try:
            super().finish_request(self.tls.wrap_socket(request, server_side=True) if self.tls else request, client)
        except OSError:
            pass


def main():
    global ADDRESS
    if len(sys.argv) > 2:
        ADDRESS = sys.argv[2]
    servers = [Server((ADDRESS, 0), Handler) for _ in range(2)]
    if len(sys.argv) > 3:
        servers[0].tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        servers[0].tls.load_cert_chain(sys.argv[3], sys.argv[4])
    PORTS.extend(s.server_address[1] for s in servers)
    with open(sys.argv[1] + ".new", "w") as f:
        f.write("%d %d\n" % tuple(PORTS))
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    threading.Thread(target=servers[1].serve_forever, daemon=True).start()
    servers[0].serve_forever()


main()
