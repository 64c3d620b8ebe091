/* SPDX-License-Identifier: Apache-2.0 */
/* Local time against libc's, for the moments of two centuries. Zones of files that are not installed are passed over. */
#include "base/clock.h"
#include "base/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

/* The zone is read once in a process: each in one of its own. */
static int compare(const char *name)
{
	uint64_t random = 88172645463325252ULL;

	if (name)
		setenv("TZ", name, 1);
	else
		unsetenv("TZ");
	tzset();
	for (int i = 0; i < 20000; i++) {
		struct tm tm, back;
		time_t t, again;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		t = (time_t)(random % 6300000000ULL) - 2100000000; /* 1903 to 2103 */
		if (t < 0 && name && strpbrk(name, ",<")) /* libc takes years before 1970 for 1970 when it has but a rule */
			t = -t;
		localtime_r(&t, &tm);
		if (zone_offset(t) != tm.tm_gmtoff) {
			fprintf(stderr, "%s: %lld: %d instead of %ld\n", name, (long long)t, zone_offset(t), tm.tm_gmtoff);
			return 1;
		}
		/* what the wall shows is that moment again, but in the hours that it shows twice */
		again = zone_moment(t + tm.tm_gmtoff);
		localtime_r(&again, &back);
		if (again != t && (back.tm_hour != tm.tm_hour || back.tm_min != tm.tm_min || back.tm_mday != tm.tm_mday)) {
			fprintf(stderr, "%s: the wall at %lld is not %lld\n", name, (long long)t, (long long)again);
			return 1;
		}
	}
	return 0;
}

static void as_libc(void **state)
{
	static const char *const zones[] = { NULL,
					     "",
					     "UTC",
					     "Europe/Berlin",
					     ":Europe/Lisbon",
					     "America/New_York",
					     "America/Sao_Paulo",
					     "Australia/Lord_Howe",
					     "Asia/Kathmandu",
					     "Asia/Gaza",
					     "Africa/Casablanca",
					     "Pacific/Apia",
					     "America/Nuuk",
					     "/usr/share/zoneinfo/Asia/Tokyo",
					     "CET-1CEST,M3.5.0,M10.5.0/3",
					     "IST-1GMT0,M10.5.0,M3.5.0/1",
					     "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
					     "<+0330>-3:30",
					     "NZST-12NZDT,M9.5.0,M4.1.0/3",
					     "XST5XDT,J60/2,J300/2",
					     "XST-4:30:10XDT,59/2,299/25" };

	(void)state;
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		int status = -1;
		pid_t pid;

		if (zones[i] && strchr(zones[i], '/') && !strchr(zones[i], ',') &&
		    access("/usr/share/zoneinfo/Europe/Berlin", R_OK) < 0)
			continue;
		pid = fork();
		if (pid == 0)
			_exit(compare(zones[i]));
		waitpid(pid, &status, 0);
		if (status)
			fail_msg("%s", zones[i] ? zones[i] : "/etc/localtime");
	}
}

/* What no zone is, is UTC; a file that lies about itself is none. */
static void nonsense_is_utc(void **state)
{
	static const unsigned char file[100] = { 'T', 'Z', 'i', 'f', '2', [35] = 200, [39] = 1 };
	char path[] = "/tmp/hoy-zone-XXXXXX";
	int fd = mkstemp(path);
	const char *const zones[] = { "Nowhere/At_All", "x", "CET", "CET-1CEST,M13.1.0,M1.1.0", "../../../etc/passwd", path };

	(void)state;
	assert_int_equal(write(fd, file, sizeof file), sizeof file);
	close(fd);
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		int status = -1;
		pid_t pid = fork();

		if (pid == 0) {
			setenv("TZ", zones[i], 1);
			/* "CET" alone may be a file's name */
			_exit(strcmp(zones[i], "CET") != 0 && zone_offset(1700000000) != 0);
		}
		waitpid(pid, &status, 0);
		if (status)
			fail_msg("%s", zones[i]);
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_libc),
		cmocka_unit_test(nonsense_is_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
