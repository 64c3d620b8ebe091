/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/console.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "kernel/mount.h"
#include "kernel/process.h"
#include "runtime/init.h"
#include "runtime/rootfs.h"
#include "runtime/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

/* What is opened is hostile ground's "ptmx": it must be a devpts' own multiplexer and nothing that looks like one. */
static int open_master(const struct init *in)
{
	autofd int pin = beneath_pin(in->root, "/dev/pts/ptmx"), master = -1;
	char path[FD_PATH_MAX];
	struct statfs fs;
	struct stat st;

	if (pin < 0)
		return fail_hint(fail_code(pin, "open /dev/pts/ptmx"), "process.terminal needs a devpts mount at /dev/pts");
	if (fstatfs(pin, &fs) < 0 || fstat(pin, &st) < 0)
		return fail_errno("open /dev/pts/ptmx");
	if (fs.f_type != DEVPTS_SUPER_MAGIC || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(5, 2))
		return fail(-EINVAL, "open /dev/pts/ptmx: it is not the multiplexer of a devpts");
	master = open(fd_path(pin, path), O_RDWR | O_NOCTTY | O_CLOEXEC);
	return master < 0 ? fail_errno("open /dev/pts/ptmx") : take_fd(&master);
}

static int open_slave(int master)
{
	int unlock = 0, slave;

	if (ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return fail_errno("unlock the pty");
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return slave < 0 ? fail_errno("open the pty") : slave;
}

static int set_size(const struct spec_process *p, int master)
{
	struct winsize size = { .ws_row = (unsigned short)p->console_height, .ws_col = (unsigned short)p->console_width };

	if (!p->console_height || !p->console_width)
		return 0;
	return ioctl(master, TIOCSWINSZ, &size) < 0 ? fail_errno("process.consoleSize") : 0;
}

/* No carriage return before the end of a line: who shows it on a terminal adds one there, and in a pipe there is none. */
static int keep_line_ends(int master)
{
	struct termios t;

	if (tcgetattr(master, &t) < 0)
		return fail_errno("set up the pty");
	t.c_oflag &= ~(tcflag_t)ONLCR;
	return tcsetattr(master, TCSANOW, &t) < 0 ? fail_errno("set up the pty") : 0;
}

static int hand_over(struct init *in, int master)
{
	int socket = in->create->console_socket, r;

	if (socket >= 0)
		/* the message is what runc sends: a name for the descriptor */
		r = fd_send(socket, "/dev/ptmx", strlen("/dev/ptmx"), &master, 1);
	else
		r = sync_send(in->sync, SYNC_CONSOLE, master);
	return r < 0 ? fail_code(r, "send the terminal to the console socket") : 0;
}

static int bind_console(struct init *in, int slave)
{
	autocall(rootfs_target_release) struct rootfs_target target = ROOTFS_TARGET_NONE;
	struct sys_bind b = SYS_BIND_NONE;
	autofd int mnt = -1;
	int r = rootfs_target(in, "/dev/console", true, true, &target);

	if (r < 0)
		return r;
	b.source = slave;
	b.shown_source = "$(tty)";
	b.target = target.fd;
	b.shown = target.shown;
	b.before = target.before;
	mnt = sys_bind("the container's console is its terminal", &b);
	return mnt < 0 ? mnt : 0;
}

int console_open(struct init *in, int *ret_slave)
{
	autofd int master = open_master(in), slave = -1;
	int r;

	if (master < 0)
		return master;
	slave = open_slave(master);
	if (slave < 0)
		return slave;
	r = set_size(&in->spec->process, master);
	if (r == 0 && in->create->console_bare)
		r = keep_line_ends(master);
	if (r == 0)
		r = hand_over(in, master);
	if (r == 0)
		*ret_slave = take_fd(&slave);
	return r;
}

int console_create(struct init *in, int *ret_slave)
{
	autofd int slave = -1;
	int r = console_open(in, &slave);

	if (r == 0)
		r = bind_console(in, slave);
	if (r == 0)
		*ret_slave = take_fd(&slave);
	return r;
}

int console_take(int slave)
{
	for (int i = 0; i < 3; i++)
		if (dup2(slave, i) < 0)
			return fail_errno("make the terminal descriptor %d", i);
	return sys_control_terminal("Ctrl-C goes to the container's processes", slave);
}
