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
		int (*read)(const char *text, struct mount_point *ret);
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
		{ mount_option_mount, "TYPE=Bind,src=/a,dst=/b,bind-propagation=RSlave", "bind", "/a", "/b", "rbind,rslave",
		  false },
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
		struct mount_point o = { 0 };
		autofree char *options = NULL;
		int r = cases[i].read(cases[i].text, &o);

		if (r < 0)
			fail_msg("%s: %s", cases[i].text, error_text(r));
		options = strv_join(&o.spec.options, ",");
		assert_string_equal(o.spec.type, cases[i].type);
		assert_string_equal(o.spec.source, cases[i].source);
		assert_string_equal(o.spec.destination, cases[i].target);
		assert_string_equal(options, cases[i].options);
		assert_int_equal(o.create_source, cases[i].create);
		mount_point_release(&o);
	}
}

/* Volumes and images: what is known before it is known what stands behind them. */
static void volumes_as_docker(void **state)
{
	static const struct {
		int (*read)(const char *text, struct mount_point *ret);
		const char *text;
		enum mount_point_kind kind;
		const char *name, *target, *mode, *propagation, *subpath;
		bool read_only, no_copy, chown;
	} cases[] = {
		{ mount_option_volume, "/b", MOUNT_POINT_VOLUME, NULL, "/b", NULL, NULL, NULL, false, false, false },
		{ mount_option_volume, "data:/b", MOUNT_POINT_VOLUME, "data", "/b", NULL, NULL, NULL, false, false, false },
		{ mount_option_volume, "d.1_-:/b/../c:ro,nocopy,U,rslave", MOUNT_POINT_VOLUME, "d.1_-", "/c", "ro,nocopy,U,rslave",
		  "rslave", NULL, true, true, true },
		{ mount_option_volume, "/a:/b:U", MOUNT_POINT_BIND, NULL, "/b", "U", NULL, NULL, false, false, true },
		{ mount_option_mount, "dst=/b", MOUNT_POINT_VOLUME, NULL, "/b", NULL, NULL, NULL, false, false, false },
		{ mount_option_mount, "type=volume,src=data,dst=/b,volume-subpath=a/../b/,volume-nocopy,ro", MOUNT_POINT_VOLUME,
		  "data", "/b", NULL, NULL, "b", true, true, false },
		{ mount_option_mount, "type=image,src=busybox:1,dst=/b,image-subpath=bin", MOUNT_POINT_IMAGE, "busybox:1", "/b",
		  NULL, NULL, "bin", true, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mount_point p = { 0 };

		if (cases[i].read(cases[i].text, &p) < 0)
			fail_msg("%s: %s", cases[i].text, error_text(-EINVAL));
		assert_int_equal(p.kind, cases[i].kind);
		assert_string_equal(p.name ? p.name : "-", cases[i].name ? cases[i].name : "-");
		assert_string_equal(p.spec.destination, cases[i].target);
		assert_string_equal(p.mode ? p.mode : "-", cases[i].mode ? cases[i].mode : "-");
		assert_string_equal(p.propagation ? p.propagation : "-", cases[i].propagation ? cases[i].propagation : "-");
		assert_string_equal(p.subpath ? p.subpath : "-", cases[i].subpath ? cases[i].subpath : "-");
		assert_int_equal(p.read_only, cases[i].read_only);
		assert_int_equal(p.no_copy, cases[i].no_copy);
		assert_int_equal(p.chown, cases[i].chown);
		mount_point_release(&p);
	}
}

static void id_mappings(void **state)
{
	static const char *const wrong[] = {
		"uids=0-1-10", "uids=0-1;gids=0-1-1", "uids=0-1-0;gids=0-1-1", "x", "", "uids=0-1-4294967296;gids=0-1-1"
	};
	struct mount_point p = { 0 };

	(void)state;
	assert_int_equal(mount_option_volume("/a:/b:idmap=uids=0-1-10#10-11-20;gids=0-100-10,ro", &p), 0);
	assert_int_equal(p.spec.uid_mappings.count, 2);
	assert_int_equal(p.spec.uid_mappings.items[1].container_id, 10);
	assert_int_equal(p.spec.uid_mappings.items[1].host_id, 11);
	assert_int_equal(p.spec.uid_mappings.items[1].size, 20);
	assert_int_equal(p.spec.gid_mappings.items[0].host_id, 100);
	assert_true(strv_contains(&p.spec.options, "ridmap"));
	mount_point_release(&p);
	/* the container's user namespace is the host's */
	assert_int_equal(mount_option_volume("/a:/b:idmap", &p), 0);
	assert_int_equal(p.spec.uid_mappings.count, 0);
	mount_point_release(&p);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct spec_mount m = { 0 };

		assert_int_equal(mount_option_idmap(wrong[i], &m), -EINVAL);
		free(m.uid_mappings.items);
		free(m.gid_mappings.items);
	}
}

/* A source that begins with "." counts from the working directory. */
static void relative_sources(void **state)
{
	struct mount_point o = { 0 };
	char here[4096];

	(void)state;
	assert_int_equal(chdir("/tmp"), 0);
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(mount_option_volume("./x:/b", &o), 0);
	assert_string_equal(o.spec.source, "/tmp/x");
	mount_point_release(&o);
	assert_int_equal(mount_option_volume(".:/b", &o), 0);
	assert_string_equal(o.spec.source, here);
	mount_point_release(&o);
	assert_int_equal(mount_option_volume("../../x:/b", &o), 0);
	assert_string_equal(o.spec.source, "/x");
	mount_point_release(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mounts_as_docker),
		cmocka_unit_test(volumes_as_docker),
		cmocka_unit_test(id_mappings),
		cmocka_unit_test(relative_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
