#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# HTTPS: certificates are checked, and from https nothing leads back to http. In a network namespace of the test's own, with
# an address that is not loopback (there plain HTTP is always allowed).
load lib
ADDRESS=10.123.45.67

setup() {
	scratch_up
	skip_without openssl unshare ip
	cd "$BATS_TEST_TMPDIR"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=test -addext "subjectAltName=IP:$ADDRESS" 2>/dev/null
	gone "$SCRATCH/root"
}
teardown() { leaves_nothing_behind; }

# in_net TLS? COMMAND: runs it in the namespace, with the registry on $ADDRESS:$PORT
in_net() {
	local tls=$1
	shift
	run unshare -n bash -c '
		ip link set lo up && ip addr add '$ADDRESS'/32 dev lo
		python3 "$1/tests/run/hostile_registry.py" ports '$ADDRESS' '"$([ $tls = tls ] && echo cert.pem key.pem)"' >/dev/null 2>&1 3>&- 4>&- &
		server=$!
		for i in $(seq 200); do [ -e ports ] && break; sleep 0.05; done
		read -r PORT PORT2 <ports
		H='$ADDRESS':$PORT
		'"$(declare -f run_hoy)"'
		eval "$3"
		code=$?
		kill $server
		exit $code' _ "$TOP" "$HOY" "$*"
}
run_hoy() { "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" "$@"; }

@test "a certificate nobody signed is refused, with what to do about it" {
	export HOY
	in_net tls 'run_hoy pull -q $H/good'
	exits 1
	one_clear_line
	says "check the certificate of $ADDRESS"
	says 'hint: --tls-verify=false'
}

@test "--tls-verify=false takes it" {
	export HOY
	in_net tls 'run_hoy pull -q --tls-verify=false $H/good'
	exits 0
}

@test "a certificate of SSL_CERT_FILE is trusted, in the cage too" {
	export HOY SSL_CERT_FILE=$PWD/cert.pem
	in_net tls 'run_hoy pull -q $H/good'
	exits 0
}

@test "a redirect from https to http is refused" {
	export HOY SSL_CERT_FILE=$PWD/cert.pem
	in_net tls 'run_hoy pull -q $H/plainredirect'
	exits 1
	one_clear_line
	says "redirects from https to http://$ADDRESS:[0-9]*, without encryption: refused"
}

@test "a token server without encryption is refused to a registry with it" {
	export HOY SSL_CERT_FILE=$PWD/cert.pem
	in_net tls 'run_hoy pull -q $H/token'
	exits 1
	one_clear_line
	says 'wants its token fetched without encryption'
}

@test "plain HTTP is not spoken to another machine" {
	export HOY
	in_net plain 'run_hoy pull -q $H/good'
	exits 1
	one_clear_line
	says "speak TLS with $ADDRESS"
	says 'hint: --tls-verify=false allows plain HTTP'
	rm -f ports
	in_net plain 'run_hoy pull -q --tls-verify=false $H/good'
	exits 0
}

@test "a proxy is used, but never for loopback" {
	export HOY http_proxy=http://127.0.0.1:9/ HTTP_PROXY=http://127.0.0.1:9/ https_proxy=http://127.0.0.1:9/
	in_net plain 'run_hoy pull -q --tls-verify=false $H/good'
	exits 1
	one_clear_line
	rm -f ports
	export no_proxy=$ADDRESS
	in_net plain 'run_hoy pull -q --tls-verify=false $H/good'
	exits 0
}
