/* SPDX-License-Identifier: Apache-2.0 */
#include "container/terminal.h"

#include "base/error.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

int terminal_raw(struct terminal *t)
{
	struct termios raw;

	if (t->fd < 0 || t->raw)
		return 0;
	if (tcgetattr(t->fd, &t->saved) < 0)
		return fail_errno("read the settings of the terminal");
	raw = t->saved;
	cfmakeraw(&raw);
	/* TCSADRAIN, not FLUSH: what was typed ahead is for the container */
	if (tcsetattr(t->fd, TCSADRAIN, &raw) < 0)
		return fail_errno("set the terminal to raw mode");
	t->raw = true;
	return 0;
}

void terminal_restore(struct terminal *t)
{
	if (t->raw)
		(void)tcsetattr(t->fd, TCSADRAIN, &t->saved);
	t->raw = false;
}

int terminal_check(void)
{
	if (isatty(STDIN_FILENO))
		return 0;
	return fail_hint(fail(-ENOTTY, "the input device is not a TTY"), "leave -t away when stdin is a file or a pipe");
}

void terminal_size(int fd, uint16_t *ret_rows, uint16_t *ret_columns)
{
	struct winsize size = { 0 };

	(void)ioctl(fd, TIOCGWINSZ, &size);
	*ret_rows = size.ws_row;
	*ret_columns = size.ws_col;
}

void terminal_copy_size(int from, int to)
{
	struct winsize size;

	if (ioctl(from, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
		(void)ioctl(to, TIOCSWINSZ, &size);
}

void terminal_nudge(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_row < 2)
		return;
	size.ws_row--;
	(void)ioctl(fd, TIOCSWINSZ, &size);
}
