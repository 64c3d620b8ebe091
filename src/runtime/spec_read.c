/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a config.json -> struct spec. Most of that text is linux.seccomp, a list of some 400 names, and for all but the
 * first container with it the compiled filter is in a cache: it is read when that is not so, and told apart by its bytes.
 */
#include "base/file.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "base/memory.h"
#include "runtime/spec.h"

#include <string.h>

int spec_read(const char *text, size_t len, const char *name, struct spec *ret)
{
	struct json_span seccomp = json_scan_member(json_scan_member((struct json_span){ text, len }, "linux"), "seccomp");
	struct spec_seccomp *read = &ret->linux_.seccomp;
	autojson struct json_object *config = NULL;
	int r;

	/* what is no object is said to be wrong by spec_parse */
	if (!seccomp.text || *seccomp.text != '{')
		seccomp = (struct json_span){ 0 };
	r = json_parse_around(text, len, seccomp.text, seccomp.len, name, &config);
	if (r == 0)
		r = spec_parse(config, ret);
	/* set: there was a second one, and the last one counts, as json-c has it */
	if (r == 0 && seccomp.text && !read->set) {
		read->text = xstrndup(seccomp.text, seccomp.len);
		read->set = true;
	}
	return r;
}

int spec_read_file(int dirfd, const char *path, struct spec *ret)
{
	autobuf text = BUF_INIT;
	int r = file_read(dirfd, path, SPEC_TEXT_MAX, &text);

	return r < 0 ? r : spec_read(text.data, text.len, path, ret);
}

int spec_read_seccomp(const char *text, struct spec_seccomp *ret)
{
	autojson struct json_object *seccomp = NULL;
	int r = json_parse(text, strlen(text), "linux.seccomp", &seccomp);

	if (r == 0)
		r = spec_parse_seccomp(seccomp, ret);
	return r < 0 ? r : spec_check_seccomp(ret);
}
