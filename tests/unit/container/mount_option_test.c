/* SPDX-License-Identifier: Apache-2.0 */
#include "container/mount_option.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>
#include <cmocka.h>

/* What becomes of -v, --mount and --tmpfs; what they refuse is tested with the command line (cli/run_options_test.c). */
static void mounts_as_docker(void **state)
{
	static const struct {
		int (*read)(const char *text, struct mount_option *ret);
		const char *text, *type, *source, *target, *options;
		bool create;
	} cases[] = {
		{ mount_option_volume, "/a:/b", "bind", "/a", "/b", "rbind,rprivate", true },
		{ mount_option_volume, "/a/../c//d/:/b/./x/", "bind", "/c/d", "/b/x", "rbind,rprivate", true },
		{ mount_option_volume, "/a:/b:ro", "bind", "/a", "/b", "rbind,rro,rprivate", true },
		{ mount_option_volume, "/a:/b:rw,z,rshared", "bind", "/a", "/b", "rbind,rshared", true },
		{ mount_option_volume, "/a:/b:Z,ro,slave,cached", "bind", "/a", "/b", "rbind,rro,slave", true },
		{ mount_option_mount, "type=bind,src=/a,dst=/b", "bind", "/a", "/b", "rbind,rprivate", false },
		{ mount_option_mount, "type=bind,source=/a,target=/b,readonly", "bind", "/a", "/b", "rbind,rro,rprivate", false },
		{ mount_option_mount, "TYPE=bind,Source=/a,destination=/b,ro=true", "bind", "/a", "/b", "rbind,rro,rprivate",
		  false },
		{ mount_option_mount, "type=bind,src=/a,dst=/b,ro=false", "bind", "/a", "/b", "rbind,rprivate", false },
		{ mount_option_mount, "type=bind,src=/a,dst=/b,ro,bind-recursive=writable", "bind", "/a", "/b", "rbind,ro,rprivate",
		  false },
		{ mount_option_mount, "type=bind,src=/a,dst=/b,ro,bind-recursive=disabled", "bind", "/a", "/b", "bind,ro,rprivate",
		  false },
		{ mount_option_mount, "type=bind,src=/a,dst=/b,bind-nonrecursive", "bind", "/a", "/b", "bind,rprivate", false },
		{ mount_option_mount, "type=bind,src=/a,dst=/b,bind-propagation=rslave,consistency=cached", "bind", "/a", "/b",
		  "rbind,rslave", false },
		{ mount_option_mount, "type=bind,\"src=/a,b\",dst=/b", "bind", "/a,b", "/b", "rbind,rprivate", false },
		{ mount_option_mount, "type=bind,\"src=/a\"\"b\",dst=/b", "bind", "/a\"b", "/b", "rbind,rprivate", false },
		{ mount_option_mount, "type=tmpfs,dst=/t", "tmpfs", "tmpfs", "/t", "noexec,nosuid,nodev", false },
		{ mount_option_mount, "type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770", "tmpfs", "tmpfs", "/t",
		  "noexec,nosuid,nodev,size=1048576,mode=1770", false },
		{ mount_option_tmpfs, "/t", "tmpfs", "tmpfs", "/t", "noexec,nosuid,nodev", false },
		{ mount_option_tmpfs, "/t:rw,exec,size=64m", "tmpfs", "tmpfs", "/t", "nosuid,nodev,size=64m", false },
		{ mount_option_tmpfs, "/t:size=1m,size=2m,mode=0755,ro", "tmpfs", "tmpfs", "/t",
		  "noexec,nosuid,nodev,size=2m,mode=0755,ro", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mount_option o = { 0 };
		autofree char *options = NULL;
		int r = cases[i].read(cases[i].text, &o);

		if (r < 0)
			fail_msg("%s: %s", cases[i].text, error_text(r));
		options = strv_join(&o.mount.options, ",");
		assert_string_equal(o.mount.type, cases[i].type);
		assert_string_equal(o.mount.source, cases[i].source);
		assert_string_equal(o.mount.destination, cases[i].target);
		assert_string_equal(options, cases[i].options);
		assert_int_equal(o.create_source, cases[i].create);
		mount_option_release(&o);
	}
}

/* A source that begins with "." counts from the working directory. */
static void relative_sources(void **state)
{
	struct mount_option o = { 0 };
	char here[4096];

	(void)state;
	assert_int_equal(chdir("/tmp"), 0);
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(mount_option_volume("./x:/b", &o), 0);
	assert_string_equal(o.mount.source, "/tmp/x");
	mount_option_release(&o);
	assert_int_equal(mount_option_volume(".:/b", &o), 0);
	assert_string_equal(o.mount.source, here);
	mount_option_release(&o);
	assert_int_equal(mount_option_volume("../../x:/b", &o), 0);
	assert_string_equal(o.mount.source, "/x");
	mount_option_release(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mounts_as_docker),
		cmocka_unit_test(relative_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
