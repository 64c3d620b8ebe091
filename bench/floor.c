/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor: a container with everything hard-coded, made by the same kernel calls as a container of Docker's defaults.
 * No options, no JSON, no records, no error texts worth the name: what is left is what the kernel costs. hoy and its peers
 * are measured against it (bench/run).
 *
 *	floor runtime ROOTFS COMMAND…	like an OCI runtime's create, start, wait and delete: the rootfs is bound
 *	floor run LOWER COMMAND…	like `run --rm --network none`: an overlay with an upper directory, and the files
 *					hosts, hostname and resolv.conf, made before and removed afterwards
 *
 * It makes: six namespaces (pid, mount, uts, ipc, net, cgroup) with lo up, a cgroup of its own (v1: memory, cpu, pids and
 * devices; v2 without a device filter), a rootfs with 10 mounts and those of the cgroup controllers, 6 device nodes, the
 * masked and read-only paths, 14 capabilities, and a linear seccomp filter of the size that libseccomp makes of Docker's
 * profile. The exit code is the command's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define TRY(call)                                                                   \
	do {                                                                        \
		if ((long)(call) < 0) {                                             \
			fprintf(stderr, "floor: %s: %s\n", #call, strerror(errno)); \
			exit(125);                                                  \
		}                                                                   \
	} while (0)

static const char *const controllers[] = { "memory", "cpu", "pids", "devices" };
static char scratch[64], cgroups[COUNT(controllers)][128];
static size_t cgroup_count;

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	TRY(fd);
	TRY(write(fd, text, strlen(text)));
	close(fd);
}

static void put_below(const char *dir, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	put(path, text);
}

static void cgroup_make(void)
{
	static const char *const allow[] = { "c *:* m",   "b *:* m",   "c 1:3 rwm", "c 1:5 rwm",   "c 1:7 rwm",   "c 5:0 rwm",
					     "c 1:8 rwm", "c 1:9 rwm", "c 5:2 rwm", "c 136:* rwm", "c 10:200 rwm" };
	struct stat st;
	bool unified = stat("/sys/fs/cgroup/cgroup.controllers", &st) == 0;

	cgroup_count = unified ? 1 : COUNT(controllers);
	for (size_t i = 0; i < cgroup_count; i++) {
		if (unified)
			snprintf(cgroups[i], sizeof cgroups[i], "/sys/fs/cgroup/floor-%d", getpid());
		else
			snprintf(cgroups[i], sizeof cgroups[i], "/sys/fs/cgroup/%s/floor-%d", controllers[i], getpid());
		TRY(mkdir(cgroups[i], 0755));
	}
	if (unified)
		return;
	put_below(cgroups[3], "devices.deny", "a");
	for (size_t i = 0; i < COUNT(allow); i++)
		put_below(cgroups[3], "devices.allow", allow[i]);
}

static void mount_node(const char *name, int major_number, int minor_number)
{
	TRY(mknod(name, S_IFCHR | 0666, makedev((unsigned)major_number, (unsigned)minor_number)));
	TRY(chmod(name, 0666));
}

/* In the rootfs, before the pivot: all paths are relative to it. */
static void mount_all(void)
{
	static const char *const binds[] = { "hosts", "hostname", "resolv.conf" };
	char from[128], to[128];

	TRY(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
	TRY(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"));
	TRY(mkdir("dev/pts", 0755));
	TRY(mkdir("dev/shm", 01777));
	TRY(mkdir("dev/mqueue", 01777));
	TRY(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5"));
	TRY(mount("shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777,size=65536k"));
	TRY(mount("mqueue", "dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
	TRY(mount("sysfs", "sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL));
	if (cgroup_count == 1) {
		TRY(mount("cgroup", "sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL));
	} else {
		TRY(mount("tmpfs", "sys/fs/cgroup", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755"));
		for (size_t i = 0; i < cgroup_count; i++) {
			snprintf(to, sizeof to, "sys/fs/cgroup/%s", controllers[i]);
			TRY(mkdir(to, 0755));
			TRY(mount(cgroups[i], to, NULL, MS_BIND, NULL));
			TRY(mount(NULL, to, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
		}
		TRY(mount(NULL, "sys/fs/cgroup", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
	}
	for (size_t i = 0; i < COUNT(binds); i++) {
		snprintf(from, sizeof from, "%s/%s", scratch, binds[i]);
		snprintf(to, sizeof to, "etc/%s", binds[i]);
		close(open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
		TRY(mount(from, to, NULL, MS_BIND, NULL));
	}
	mount_node("dev/null", 1, 3);
	mount_node("dev/zero", 1, 5);
	mount_node("dev/full", 1, 7);
	mount_node("dev/tty", 5, 0);
	mount_node("dev/random", 1, 8);
	mount_node("dev/urandom", 1, 9);
	TRY(symlink("/proc/self/fd", "dev/fd"));
	TRY(symlink("/proc/self/fd/0", "dev/stdin"));
	TRY(symlink("/proc/self/fd/1", "dev/stdout"));
	TRY(symlink("/proc/self/fd/2", "dev/stderr"));
	TRY(symlink("/proc/kcore", "dev/core"));
	TRY(symlink("pts/ptmx", "dev/ptmx"));
}

static void hide_paths(void)
{
	static const char *const masked[] = { "/proc/asound",     "/proc/acpi",        "/proc/interrupts",
					      "/proc/kcore",      "/proc/keys",        "/proc/latency_stats",
					      "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
					      "/proc/scsi",       "/sys/firmware",     "/sys/devices/virtual/powercap" };
	static const char *const readonly[] = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger" };

	for (size_t i = 0; i < COUNT(masked); i++)
		if (mount("/dev/null", masked[i], NULL, MS_BIND, NULL) < 0 && errno == ENOTDIR)
			TRY(mount("tmpfs", masked[i], "tmpfs", MS_RDONLY, NULL));
	for (size_t i = 0; i < COUNT(readonly); i++) {
		if (mount(readonly[i], readonly[i], NULL, MS_BIND | MS_REC, NULL) < 0)
			continue;
		TRY(mount(NULL, readonly[i], NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
	}
}

static void keep_docker_capabilities(void)
{
	const uint64_t keep = 0xa80425fb;
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = (uint32_t)keep, .permitted = (uint32_t)keep } };

	for (unsigned long cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (!(keep & 1ULL << cap))
			TRY(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0));
	TRY(syscall(SYS_capset, &header, data));
}

/*
 * 475 calls compared one by one, 952 instructions, which is what libseccomp makes of Docker's profile. Most of the price is
 * the kernel's, which at this moment runs the filter once for every call there is and remembers which are always allowed.
 */
static void filter_calls(void)
{
	static struct sock_filter filter[952];
	struct sock_fprog program = { .filter = filter, .len = COUNT(filter) };
	unsigned number = COUNT(filter) / 2;

	filter[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (struct sock_filter *f = filter + 1; f < filter + COUNT(filter) - 1; f += 2, number--) {
		f[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
		f[1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	filter[COUNT(filter) - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

static void lo_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	TRY(fd);
	TRY(ioctl(fd, SIOCSIFFLAGS, &request));
	close(fd);
}

static _Noreturn void inside(const char *rootfs, bool overlay, char **command)
{
	static char where[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", home[] = "HOME=/root";
	static char *environment[] = { where, home, NULL };
	char options[256], target[80];

	for (size_t i = 0; i < cgroup_count; i++)
		put_below(cgroups[i], "cgroup.procs", "0");
	TRY(unshare(CLONE_NEWCGROUP));
	TRY(setsid());
	TRY(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL));
	snprintf(target, sizeof target, "%s/rootfs", scratch);
	if (overlay) {
		snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work", rootfs, scratch, scratch);
		TRY(mount("overlay", target, "overlay", 0, options));
	} else {
		TRY(mount(rootfs, target, NULL, MS_BIND | MS_REC, NULL));
	}
	TRY(chdir(target));
	mount_all();
	TRY(syscall(SYS_pivot_root, ".", "."));
	TRY(umount2(".", MNT_DETACH));
	TRY(chdir("/"));
	hide_paths();
	TRY(sethostname("floor", 5));
	lo_up();
	umask(0022);
	TRY(syscall(SYS_close_range, 3, ~0U, 0));
	filter_calls();
	keep_docker_capabilities();
	execvpe(command[0], command, environment);
	fprintf(stderr, "floor: %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

static void remove_tree(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	for (struct dirent *e; dir && (e = readdir(dir));) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (unlinkat(fd, e->d_name, 0) < 0)
			remove_tree(fd, e->d_name);
	}
	if (dir)
		closedir(dir);
	unlinkat(dirfd, name, AT_REMOVEDIR);
}

int main(int argc, char **argv)
{
	bool overlay;
	char path[128];
	int status;
	pid_t pid;

	if (argc < 4 || (strcmp(argv[1], "run") && strcmp(argv[1], "runtime"))) {
		fprintf(stderr, "usage: floor run|runtime ROOTFS COMMAND…\n");
		return 2;
	}
	overlay = !strcmp(argv[1], "run");
	snprintf(scratch, sizeof scratch, "%s/floor-%d", getenv("FLOOR_DIR") ? getenv("FLOOR_DIR") : "/var/tmp", getpid());
	TRY(mkdir(scratch, 0700));
	for (const char *const *name = (const char *const[]){ "rootfs", "upper", "work", NULL }; *name; name++) {
		snprintf(path, sizeof path, "%s/%s", scratch, *name);
		TRY(mkdir(path, 0755));
	}
	put_below(scratch, "hosts", "127.0.0.1\tlocalhost\n");
	put_below(scratch, "hostname", "floor\n");
	put_below(scratch, "resolv.conf", "");
	cgroup_make();

	/* through the system call: libc's clone() wants a stack, and fork() takes no flags */
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | SIGCHLD, NULL,
			     NULL, NULL, 0);
	TRY(pid);
	if (pid == 0)
		inside(argv[2], overlay, argv + 3);
	TRY(waitpid(pid, &status, 0));
	for (size_t i = 0; i < cgroup_count; i++)
		TRY(rmdir(cgroups[i]));
	remove_tree(AT_FDCWD, scratch);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
