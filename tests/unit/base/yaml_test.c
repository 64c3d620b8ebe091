/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/json.h"
#include "base/yaml.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void reads(const char *yaml, const char *json)
{
	autojson struct json_object *o = NULL;
	int r = yaml_parse(yaml, strlen(yaml), "test", &o);

	if (r < 0)
		fail_msg("%s: %s", yaml, error_text(r));
	assert_string_equal(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE), json);
}

static void refuses(const char *yaml, const char *words)
{
	struct json_object *o = NULL;
	int r = yaml_parse(yaml, strlen(yaml), "test", &o);

	assert_int_equal(r, -EINVAL);
	assert_null(o);
	if (!strstr(error_text(r), words))
		fail_msg("%s: %s", yaml, error_text(r));
}

/* As nvidia-ctk writes it. */
static void test_cdi(void **state)
{
	(void)state;
	reads("---\ncdiVersion: 0.5.0\ncontainerEdits:\n  deviceNodes:\n  - path: /dev/nvidiactl\n  env:\n  - NVIDIA_VISIBLE_DEVICES=void\n"
	      "  hooks:\n  - args:\n    - nvidia-cdi-hook\n    - create-symlinks\n    - --link\n    - ../a::/b c\n    env: []\n    hookName: createContainer\n"
	      "    path: /usr/bin/nvidia-cdi-hook\n  mounts:\n  - containerPath: /x\n    hostPath: /x\n    options:\n    - ro\n    - bind\n"
	      "devices:\n- containerEdits:\n    deviceNodes:\n    - path: /dev/nvidia0\n      fileMode: 438\n  name: \"0\"\nkind: nvidia.com/gpu\n",
	      "{\"cdiVersion\":\"0.5.0\",\"containerEdits\":{\"deviceNodes\":[{\"path\":\"/dev/nvidiactl\"}],\"env\":[\"NVIDIA_VISIBLE_DEVICES=void\"],"
	      "\"hooks\":[{\"args\":[\"nvidia-cdi-hook\",\"create-symlinks\",\"--link\",\"../a::/b c\"],\"env\":[],\"hookName\":\"createContainer\","
	      "\"path\":\"/usr/bin/nvidia-cdi-hook\"}],\"mounts\":[{\"containerPath\":\"/x\",\"hostPath\":\"/x\",\"options\":[\"ro\",\"bind\"]}]},"
	      "\"devices\":[{\"containerEdits\":{\"deviceNodes\":[{\"path\":\"/dev/nvidia0\",\"fileMode\":438}]},\"name\":\"0\"}],\"kind\":\"nvidia.com/gpu\"}");
}

static void test_forms(void **state)
{
	(void)state;
	reads("a: 1 # one\n# two\nb: 'it''s: # x'\n\"c d\": \"e\\n\"\n", "{\"a\":1,\"b\":\"it's: # x\",\"c d\":\"e\\n\"}");
	reads("- - 1\n  - 2\n-\n  x: ~\n- null\n- true\n- 007x\n", "[[1,2],{\"x\":null},null,true,\"007x\"]");
	reads("a:\nb: {\"c\": [1, \"2\"]}\n", "{\"a\":null,\"b\":{\"c\":[1,\"2\"]}}");
	reads("long: one two\n  three\n  four # no more\nnext: x\n", "{\"long\":\"one two three four\",\"next\":\"x\"}");
	reads("a:\r\n  b: c#d\r\n", "{\"a\":{\"b\":\"c#d\"}}");
	reads("a: http://x:1/y\n", "{\"a\":\"http://x:1/y\"}");
	reads("-5", "-5");
	reads("a:\n- 1\n- b: 2\n  c: 3\nd: 4\n", "{\"a\":[1,{\"b\":2,\"c\":3}],\"d\":4}");
}

static void test_what_is_refused(void **state)
{
	char deep[200];

	(void)state;
	refuses("", "empty");
	refuses("# nothing\n", "empty");
	refuses("a: &x 1\n", "line 1: a form of YAML");
	refuses("a: *x\n", "a form of YAML");
	refuses("a: !!str x\n", "a form of YAML");
	refuses("a: |\n  text\n", "a form of YAML");
	refuses("a: 1\na: 2\n", "line 2: its key was there before");
	refuses("a: 1\n\tb: 2\n", "line 2: it is indented with a tab");
	refuses("a: 1\n  b: 2\n", "a mapping in the middle of a text");
	refuses("a:\n    b: 1\n  c: 2\n", "line 3: it is further in");
	refuses("a: \"x\n", "does not end");
	refuses("a: \"x\" y\n", "does not end");
	refuses("a: [1, b]\n", "test");
	refuses("- 1\na: 2\n", "nothing can follow");
	refuses("a: 1\n---\nb: 2\n", "no key");
	refuses("? a: b\n", "no key");
	for (size_t i = 0; i + 2 < sizeof deep; i += 2)
		memcpy(deep + i, "- ", 2);
	memcpy(deep + sizeof deep - 2, "1", 2);
	refuses(deep, "nested too deep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cdi),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
