/* SPDX-License-Identifier: Apache-2.0 */
#include "image/manifest.h"

/* before cmocka, which has a macro named fail */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#define D1       "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define D2       "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define OCI      "application/vnd.oci.image."
#define CONFIG   "\"config\":{\"mediaType\":\"" OCI "config.v1+json\",\"digest\":\"" D1 "\",\"size\":7}"
#define LAYER    "{\"mediaType\":\"" OCI "layer.v1.tar+gzip\",\"digest\":\"" D2 "\",\"size\":9}"
#define IMAGE    "{\"schemaVersion\":2," CONFIG ",\"layers\":[" LAYER "]}"
#define ENTRY(p) "{\"digest\":\"" D1 "\",\"size\":1,\"platform\":" p "}"

static int parse(const char *text, const char *type, struct manifest *m)
{
	return manifest_parse(text, strlen(text), type, m);
}

static void an_image(void **state)
{
	autocall(manifest_release) struct manifest m = { 0 };

	(void)state;
	assert_int_equal(parse(IMAGE, NULL, &m), 0);
	assert_int_equal(m.kind, MANIFEST_IMAGE);
	assert_string_equal(m.media_type, OCI "manifest.v1+json");
	assert_string_equal(m.config.digest, D1);
	assert_int_equal(m.count, 1);
	assert_int_equal(m.items[0].size, 9);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *text, *type;
		int code;
	} bad[] = {
		{ "", NULL, -EINVAL },
		{ "[]", NULL, -EINVAL },
		{ "{}", NULL, -EINVAL },
		{ "{\"schemaVersion\":1,\"fsLayers\":[]}", NULL, -ENOTSUP },
		{ IMAGE, "application/vnd.docker.distribution.manifest.v1+prettyjws", -ENOTSUP },
		/* CVE-2021-41190 */
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[],\"manifests\":[]}", NULL, -EINVAL },
		{ "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}", OCI "index.v1+json", -EINVAL },
		{ "{\"schemaVersion\":2,\"mediaType\":\"" OCI "index.v1+json\"," CONFIG ",\"layers\":[]}", NULL, -EINVAL },
		{ "{\"schemaVersion\":2,\"mediaType\":\"" OCI "manifest.v1+json\"," CONFIG ",\"layers\":[]}", OCI "index.v1+json",
		  -EINVAL },
		{ IMAGE, OCI "index.v1+json", -EINVAL },
		{ "{\"schemaVersion\":2,\"mediaType\":\"text/html\"," CONFIG ",\"layers\":[]}", NULL, -ENOTSUP },
		{ "{\"schemaVersion\":2," CONFIG "}", NULL, -EINVAL },
		{ "{\"schemaVersion\":2,\"layers\":[]}", NULL, -EINVAL },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":{}}", NULL, -EINVAL },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[7]}", NULL, -EINVAL },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[null]}", NULL, -EINVAL },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"digest\":\"" D1 "\"}]}", NULL, -EINVAL },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"digest\":\"" D1 "\",\"size\":-1}]}", NULL, -EINVAL },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"digest\":\"sha256:../../x\",\"size\":1}]}", NULL, -EINVAL },
		/* CVE-2020-15157 */
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"digest\":\"" D1 "\",\"size\":1,\"urls\":[\"http://x\"]}]}", NULL,
		  -ENOTSUP },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"digest\":\"" D1 "\",\"size\":1,\"mediaType\":\"text/html\"}]}",
		  NULL, -ENOTSUP },
		{ "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\",\"digest\":\"" D1
		  "\",\"size\":1},\"layers\":[]}",
		  NULL, -ENOTSUP },
	};
	struct manifest m;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int r = parse(bad[i].text, bad[i].type, &m);

		if (r != bad[i].code)
			fail_msg("%s (%s) gave %d: %s", bad[i].text, bad[i].type ? bad[i].type : "no type", r, error_text(r));
		assert_true(strlen(error_text(r)) > 15);
	}
}

static void too_many_layers(void **state)
{
	autobuf text = BUF_INIT;
	struct manifest m;

	(void)state;
	buf_add_str(&text, "{\"schemaVersion\":2," CONFIG ",\"layers\":[");
	for (int i = 0; i < MANIFEST_LAYERS_MAX + 1; i++)
		buf_add_str(&text, i ? "," LAYER : LAYER);
	buf_add_str(&text, "]}");
	assert_int_equal(manifest_parse(text.data, text.len, NULL, &m), -E2BIG);
}

static void the_right_platform(void **state)
{
	static const char index[] =
		"{\"schemaVersion\":2,\"manifests\":[" ENTRY("{\"os\":\"unknown\",\"architecture\":\"unknown\"}") "," ENTRY("{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v6\"}") "," ENTRY(
			"{\"os\":\"linux\",\"architecture\":\"386\"}") "," ENTRY("{\"os\":\"windows\",\"architecture\":\"amd64\"}") "," ENTRY("{\"os\":\"linux\",\"architecture\":\"amd64\"}") "]}";
	static const struct {
		const char *platform;
		int item;
	} wanted[] = { { "linux/amd64", 4 },   { "linux/386", 2 },    { "linux/arm/v7", 1 }, { "linux/arm64", 1 },
		       { "windows/amd64", 3 }, { "linux/s390x", -1 }, { "linux/arm/v5", -1 } };
	autocall(manifest_release) struct manifest m = { 0 };

	(void)state;
	assert_int_equal(parse(index, OCI "index.v1+json", &m), 0);
	assert_int_equal(m.kind, MANIFEST_INDEX);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		struct platform p;
		const struct descriptor *d;

		assert_int_equal(platform_parse(wanted[i].platform, &p), 0);
		d = manifest_choose(&m, &p);
		assert_int_equal(d ? (int)(d - m.items) : -1, wanted[i].item);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(an_image), cmocka_unit_test(what_is_refused),
					    cmocka_unit_test(too_many_layers), cmocka_unit_test(the_right_platform) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
