#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The options of run that no container is needed for: each of Docker's is known, and what is wrong is said in one line with
# exit code 125, before anything is pulled or made.
load lib

setup() { scratch_up; }

# refused WORDS OPTION…: exit 125, the line ends with these words, and nothing was made
refused() {
	local words=$1
	shift
	run hoy run "$@" 127.0.0.1:1/nothing true
	[ "$status" = 125 ] && [[ ${lines[0]} == "hoy: "*"$words" ]] || {
		echo "hoy run $*: $status: $output"
		return 1
	}
}

@test "what hoy does not have says so, by name and with the reason" {
	refused "--storage-opt: a container's files lie on one file system with all others, which hoy sets no quota on" --storage-opt size=1g
	refused '--use-api-socket: hoy has no daemon and so no API socket to give' --use-api-socket
	refused '--disable-content-trust: hoy verifies no Docker Content Trust signatures' --disable-content-trust=false
}

@test "values that are wrong are refused in Docker's words" {
	refused "invalid argument \"abc\" for \"-m, --memory\" flag: invalid size: 'abc'" -m abc
	refused 'invalid argument "foo=1" for "--ulimit" flag: invalid ulimit type: foo' --ulimit foo=1
	refused "invalid argument \"=a\" for \"-e, --env\" flag: invalid environment variable: =a" -e =a
	refused "invalid argument \"a\" for \"--dns\" flag: IP address is not correctly formatted: a" --dns a
	refused "too many colons" -v /a:/b:ro:rw
	refused "volume name is too short, names should be at least two alphanumeric characters" -v d:/data
	refused "target is required" --mount type=bind,src=/a
	refused "cannot mix 'tmpfs-*' options with mount type 'bind'" --mount type=bind,src=/a,dst=/b,tmpfs-size=1
	refused "it needs to be an absolute path" -w data
	refused "no name set for network" --network ""
	refused "invalid field key colour" --network name=own,colour=red
	refused "invalid containerPort: http" -p 80:http
	refused "invalid proto: icmp" -p 80:80/icmp
	refused "invalid IPv4 address: fd00::1" --ip fd00::1
	refused "host is not a valid mac address" --mac-address host
	refused "invalid range format for --expose: 90-80" --expose 90-80
	refused "conflicting options: hostname and the network mode" --network container:x -h y
	refused 'it must be one of "always", "missing" or "never"' --pull sometimes
	refused "there are only $(getconf _NPROCESSORS_ONLN) CPUs available" --cpus 9999
	refused "sysctl 'kernel.core_pattern=|/x' is not allowed" --sysctl 'kernel.core_pattern=|/x'
	[ ! -e "$SCRATCH/root" ]
}

@test "what was given as -- or behind the image is the container's" {
	refused "no such image here, and --pull never" --pull never
	# the flag behind the image is not hoy's, so the image is what is missing
	run hoy run --pull never 127.0.0.1:1/nothing --nonsense
	[ "$status" = 125 ]
	[[ $output == *"no such image"* ]]
	run hoy run --pull never -- 127.0.0.1:1/nothing --nonsense
	[ "$status" = 125 ]
	[[ $output == *"no such image"* ]]
}

@test "options of other commands that Docker has are known, each with its reason" {
	local line
	while read -r line; do
		run hoy $line
		[ "$status" != 0 ]
		one_clear_line
		says_not 'unknown flag'
	done <<-'END'
		images --tree
		pull --disable-content-trust=false x
		rmi --platform linux/amd64 x
		image inspect --platform linux/amd64 x
		start --checkpoint x y
		start --checkpoint-dir x y
		volume create --availability pause
		volume create --secret a=b
		volume ls --cluster
		history --platform nothing/at/all/here x
	END
}
