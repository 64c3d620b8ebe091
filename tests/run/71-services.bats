#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Four services as people run them: nginx before a web service before PostgreSQL and Redis, found by name, data on a volume.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	skip_without_image services
	needs services busybox
	IMAGE=$REGISTRY/services
}
teardown() {
	hoy ps -aq | xargs -r "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" rm -f -v >/dev/null
	hoy network prune -f >/dev/null
	hoy volume prune -a -f >/dev/null
	leaves_nothing_behind
}

database() { hoy run -d --name database --network backend -v pgdata:/var/lib/data -u postgres "$@" $IMAGE /srv/app/database.sh; }
cache() { hoy run -d --name cache --network backend $IMAGE redis-server --protected-mode no --save ''; }
visits() { hoy run -d --name visits --network backend "$@" $IMAGE python3 /srv/app/visits.py; }
front() { hoy run -d --name front --network backend -p 8080:80 $IMAGE /srv/app/front.sh; }
services() {
	hoy network create backend
	database
	cache
	visits
	front
	wait_for 60 http_get http://127.0.0.1:8080/
}
# visit: the answer's member of this name
visit() { http_get http://127.0.0.1:8080/ | jq -r ".$1"; }

@test "they find each other by name, are reached by a published port, and the data outlives them" {
	services
	local before=$(visit database)
	[ "$(visit database)" = $((before + 1)) ]
	[ "$(visit cache)" -gt 1 ]
	[ "$(visit peer)" = "$(hoy inspect -f '{{.NetworkSettings.Networks.backend.IPAddress}}' front)" ]
	[ "$(hoy port front)" = '80/tcp -> 0.0.0.0:8080' ]
	hoy rm -f database cache visits front
	services_again
	[ "$(visit database)" -gt $((before + 1)) ]
}
services_again() {
	database
	cache
	visits
	front
	wait_for 60 http_get http://127.0.0.1:8080/
}

query() { hoy exec database psql -h /tmp -U postgres -qAt -c "$1"; }

@test "a database on a named volume: killed, removed, stopped and started again, nothing is lost" {
	hoy network create backend
	database
	wait_for 60 query 'select 1'
	query 'create table t (n int); insert into t select generate_series(1, 1000)'
	hoy rm -f -v database
	database
	wait_for 60 query 'select 1'
	run query 'select count(*), sum(n) from t'
	is '1000|500500'
	query 'insert into t values (1001)'
	hoy stop database
	hoy start database
	wait_for 60 query 'select 1'
	run query 'select count(*) from t'
	is 1001
	hoy rm -f database
	run hoy volume ls -q
	is pgdata
}

@test "a service that is replaced is found at its new address, by a program that speaks DNS only" {
	services
	local old=$(hoy inspect -f '{{.NetworkSettings.Networks.backend.IPAddress}}' visits)
	hoy rm -f visits
	# somebody else gets the address that became free
	hoy run -d --name other --network backend $REGISTRY/busybox sleep 1000
	[ "$(hoy inspect -f '{{.NetworkSettings.Networks.backend.IPAddress}}' other)" = "$old" ]
	visits
	wait_for 30 http_get http://127.0.0.1:8080/
	[ "$(hoy inspect -f '{{.NetworkSettings.Networks.backend.IPAddress}}' visits)" != "$old" ]
	run hoy run --rm --network backend $REGISTRY/busybox nslookup visits
	exits 0
	says "Address: $(hoy inspect -f '{{.NetworkSettings.Networks.backend.IPAddress}}' visits)"
}

@test "under a load of requests no one fails" {
	skip_without wrk
	services
	run wrk -t 1 -c 16 -d 3 http://127.0.0.1:8080/static
	exits 0
	says 'requests in'
	says_not 'Socket errors|Non-2xx'
	run wrk -t 1 -c 4 -d 3 http://127.0.0.1:8080/
	says 'requests in'
	says_not 'Socket errors|Non-2xx'
}
