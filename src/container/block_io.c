/* SPDX-License-Identifier: Apache-2.0 */
#include "container/block_io.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define WEIGHT_LEAST 10
#define WEIGHT_MOST  1000

static bool is_weight(int64_t weight)
{
	return weight == 0 || (weight >= WEIGHT_LEAST && weight <= WEIGHT_MOST);
}

/* DEVICE:NUMBER; *@ret is the number's text. */
static int split(const char *value, const char **ret)
{
	const char *colon = strchr(value, ':');

	if (!colon || colon == value || strchr(colon + 1, ':'))
		return fail(-EINVAL, "bad format: %s", value);
	if (strncmp(value, "/dev/", 5) != 0)
		return fail(-EINVAL, "bad format for device path: %s", value);
	*ret = colon + 1;
	return 0;
}

static int read_weight(const char *value, int64_t *ret)
{
	const char *number;
	uint64_t weight;
	int r = split(value, &number);

	if (r < 0)
		return r;
	if (number_u64(number, &weight) < 0 || weight > WEIGHT_MOST || !is_weight((int64_t)weight))
		return fail(-EINVAL, "invalid weight for device: %s", value);
	*ret = (int64_t)weight;
	return 0;
}

static int read_bps(const char *value, int64_t *ret)
{
	const char *number;
	int r = split(value, &number);

	if (r == 0 && number_size(number, 0, ret) < 0)
		return fail(
			-EINVAL,
			"invalid rate for device: %s. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb",
			value);
	return r;
}

static int read_iops(const char *value, int64_t *ret)
{
	const char *number;
	int r = split(value, &number);

	if (r == 0 && (number_i64(number, ret) < 0 || *ret < 0))
		return fail(
			-EINVAL,
			"invalid rate for device: %s. The correct format is <device-path>:<number>. Number must be a positive integer",
			value);
	return r;
}

int block_io_check_weight(const char *value)
{
	int64_t unused;

	return read_weight(value, &unused);
}

int block_io_check_bps(const char *value)
{
	int64_t unused;

	return read_bps(value, &unused);
}

int block_io_check_iops(const char *value)
{
	int64_t unused;

	return read_iops(value, &unused);
}

static int find_device(const char *value, dev_t *ret)
{
	autofree char *path = xstrndup(value, strcspn(value, ":"));
	struct stat st;

	if (stat(path, &st) < 0)
		return fail_errno("find the device %s", path);
	if (!S_ISBLK(st.st_mode))
		return fail(-ENOTBLK, "limit the I/O of %s: it is not a block device", path);
	*ret = st.st_rdev;
	return 0;
}

static int add_weights(const struct strv *values, struct spec_weight_devices *ret)
{
	for (size_t i = 0; i < values->count; i++) {
		struct spec_weight_device *d;
		dev_t device = 0;
		int64_t weight = 0;
		int r = read_weight(values->items[i], &weight);

		if (r == 0)
			r = find_device(values->items[i], &device);
		if (r < 0)
			return r;
		d = spec_grow(ret);
		d->major = major(device);
		d->minor = minor(device);
		d->weight = (struct opt_u64){ true, (uint64_t)weight };
	}
	return 0;
}

static int add_rates(const struct strv *values, int (*read)(const char *value, int64_t *ret), struct spec_throttle_devices *ret)
{
	for (size_t i = 0; i < values->count; i++) {
		struct spec_throttle_device *d;
		dev_t device = 0;
		int64_t rate = 0;
		int r = read(values->items[i], &rate);

		if (r == 0)
			r = find_device(values->items[i], &device);
		if (r < 0)
			return r;
		d = spec_grow(ret);
		d->major = major(device);
		d->minor = minor(device);
		d->rate = (uint64_t)rate;
	}
	return 0;
}

int block_io_from_options(const struct run_options *o, struct spec_block_io *ret)
{
	int r;

	if (!is_weight(o->blkio_weight))
		return fail(-EINVAL, "range of blkio weight is from 10 to 1000");
	if (o->blkio_weight)
		ret->weight = (struct opt_u64){ true, (uint64_t)o->blkio_weight };
	r = add_weights(&o->blkio_weight_devices, &ret->weight_devices);
	if (r == 0)
		r = add_rates(&o->device_read_bps, read_bps, &ret->read_bps);
	if (r == 0)
		r = add_rates(&o->device_write_bps, read_bps, &ret->write_bps);
	if (r == 0)
		r = add_rates(&o->device_read_iops, read_iops, &ret->read_iops);
	return r == 0 ? add_rates(&o->device_write_iops, read_iops, &ret->write_iops) : r;
}
