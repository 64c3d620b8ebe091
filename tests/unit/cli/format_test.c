/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>
#include <cmocka.h>

static const char sample[] =
	"{\"Id\":\"abc123\",\"Name\":\"/web\",\"State\":{\"Running\":true,\"Pid\":42,\"ExitCode\":0},"
	"\"Config\":{\"Env\":[\"A=1\",\"B=2\"],\"Labels\":{\"b\":\"2\",\"a\":\"1\"},\"Cmd\":null,\"Empty\":[]},"
	"\"Size\":1.5,\"Mounts\":[{\"Source\":\"/a\"},{\"Source\":\"/b\"}]}";

/* What the template makes of the sample; NULL with words left in the chain when it fails. */
static char *made(const char *template)
{
	autojson struct json_object *value = NULL;
	struct format *format = NULL;
	autobuf out = BUF_INIT;
	int r;

	assert_int_equal(json_parse(sample, strlen(sample), "sample", &value), 0);
	r = format_parse(template, &format);
	if (r == 0)
		r = format_execute(format, value, &out);
	format_free(&format);
	return r < 0 ? NULL : buf_take(&out);
}

/* As docker inspect --format answers. */
static void templates_as_docker(void **state)
{
	static const struct {
		const char *template, *text;
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "{{.Name}}", "/web" },
		{ "{{ .State.Pid }}", "42" },
		{ "{{.State.Running}}", "true" },
		{ "{{.ID}}", "abc123" },
		{ "{{.Config.Env}}", "[A=1 B=2]" },
		{ "{{.Config.Labels}}", "map[a:1 b:2]" },
		/* members of Go structs that the JSON leaves out, or has as null */
		{ "{{.Config.Cmd}} {{.Config.Volumes}}{{.Config.StopSignal}} {{.Config.ArgsEscaped}}", "[] map[] false" },
		{ "{{.State.Health}} {{json .State.Health}}", "<nil> null" },
		{ "{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}", "none" },
		{ "{{with .Config.Healthcheck}}x{{end}}{{len .Config.Shell}}{{range .Config.OnBuild}}x{{end}}", "0" },
		{ "{{json .Config.Env}}", "[\"A=1\",\"B=2\"]" },
		{ "{{json .Config.Labels}}", "{\"b\":\"2\",\"a\":\"1\"}" },
		{ "{{json .Config.Cmd}}", "null" },
		{ "{{.Size}}", "1.5" },
		{ "{{.Config.Labels.a}}", "1" },
		{ "{{index .Config.Labels \"b\"}}", "2" },
		{ "{{index .Config.Env 1}}", "B=2" },
		{ "{{(index .Mounts 0).Source}}", "/a" },
		{ "{{range .Mounts}}{{.Source}} {{end}}", "/a /b " },
		{ "{{range $i, $m := .Mounts}}{{$i}}={{$m.Source}};{{end}}", "0=/a;1=/b;" },
		{ "{{range $k, $v := .Config.Labels}}{{$k}}:{{$v}} {{end}}", "a:1 b:2 " },
		{ "{{range .Config.Empty}}x{{else}}none{{end}}", "none" },
		{ "{{range .Mounts}}{{$.Name}}{{end}}", "/web/web" },
		{ "{{if .State.Running}}up{{else}}down{{end}}", "up" },
		{ "{{if .State.ExitCode}}bad{{else if eq .State.Pid 42}}forty-two{{else}}no{{end}}", "forty-two" },
		{ "{{with .State}}{{.Pid}}{{end}}", "42" },
		{ "{{with $x := .Name}}{{$x}}{{end}}", "/web" },
		{ "{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2" },
		{ "{{$x := 1}}{{if true}}{{$x := 2}}{{end}}{{$x}}", "1" },
		{ "{{len .Config.Env}}", "2" },
		{ "{{len .Name}}", "4" },
		{ "{{join .Config.Env \",\"}}", "A=1,B=2" },
		{ "{{split \"a:b:c\" \":\"}}", "[a b c]" },
		{ "{{upper .Name}} {{lower \"ABC\"}} {{title \"two words\"}}", "/WEB abc Two Words" },
		{ "{{.Name | upper | printf \"%s!\"}}", "/WEB!" },
		{ "{{printf \"%-6s|%4d|%q|%t|%05d|%%\" .Name .State.Pid .Name .State.Running 7}}",
		  "/web  |  42|\"/web\"|true|00007|%" },
		{ "{{printf \"%.3s %v\" .Id .Config.Env}}", "abc [A=1 B=2]" },
		{ "{{println \"a\" 1}}", "a 1\n" },
		{ "{{print 1 2 \"x\" 3}}", "1 2x3" },
		{ "{{slice .Id 0 3}}", "abc" },
		{ "{{truncate .Id 2}}", "ab" },
		{ "{{pad \"x\" 1 2}}|", " x  |" },
		{ "{{eq 1 2 3 1}} {{ne \"a\" \"b\"}} {{lt 1 2}} {{ge 1 2}}", "true true true false" },
		{ "{{and 1 0}} {{or 0 \"x\"}} {{not true}}", "0 x false" },
		{ "a {{- .Name -}} b", "a/webb" },
		{ "a{{/* nothing */}}b {{- /* nothing */ -}} c", "abc" },
		{ "{{`raw \"x\"`}} {{\"t\\tx\"}}", "raw \"x\" t\tx" },
		{ "{{\"}}\"}}", "}}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = made(cases[i].template);

		if (!text)
			fail_msg("%s: %s", cases[i].template, error_text(-EINVAL));
		assert_string_equal(text, cases[i].text);
		free(text);
	}
}

static void wrong_templates(void **state)
{
	static const struct {
		const char *template, *words;
	} cases[] = {
		{ "{{.Foo}}", "map has no entry for key \"Foo\"" },
		{ "{{.Name.Foo}}", "can't evaluate field Foo in string" },
		{ "{{.Config.Cmd.Foo}}", "nil data; no entry for key \"Foo\"" },
		{ "{{", "unclosed action" },
		{ "{{.Name", "unclosed action" },
		{ "{{.Name}", "unexpected \"}\" in operand" },
		{ "{{}}", "missing value for command" },
		{ "{{if}}{{end}}", "missing value for command" },
		{ "{{if true}}x", "unexpected EOF" },
		{ "{{end}}", "unexpected {{end}}" },
		{ "{{else}}", "unexpected {{else}}" },
		{ "{{foo}}", "function \"foo\" not defined" },
		{ "{{.Name 1}}", "can't give argument to non-function" },
		{ "{{1 | 2}}", "non executable command in pipeline stage 2" },
		{ "{{\"abc}}", "unterminated quoted string" },
		{ "{{$x}}", "undefined variable \"$x\"" },
		{ "{{(1}}", "unclosed left paren" },
		{ "{{1)}}", "unexpected \")\" in action" },
		{ "{{len 1}}", "error calling len: len of type int" },
		{ "{{len}}", "wrong number of args for len: want 1 got 0" },
		{ "{{index .Config.Env 5}}", "index out of range: 5" },
		{ "{{slice .Id 4 2}}", "index out of range: 4" },
		{ "{{pad \"x\" 1 999999999}}", "padding is out of range" },
		{ "{{printf \"%d\" .Name}}", "%d does not fit string" },
		{ "{{range .Name}}{{end}}", "range can't iterate over string" },
		{ "line\n{{foo}}", "template: :2: function" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(made(cases[i].template));
		assert_ptr_equal(strstr(error_text(-EINVAL), "template parsing error: "), error_text(-EINVAL));
		if (!strstr(error_text(-EINVAL), cases[i].words))
			fail_msg("%s: %s", cases[i].template, error_text(-EINVAL));
	}
}

/* A template is the user's own, but it must not be able to exhaust the stack. */
static void deep_templates(void **state)
{
	autobuf text = BUF_INIT;

	(void)state;
	buf_add_str(&text, "{{");
	for (int i = 0; i < 10000; i++)
		buf_add_char(&text, '(');
	assert_null(made(text.data));
	assert_non_null(strstr(error_text(-EINVAL), "too deeply"));
	buf_clear(&text);
	for (int i = 0; i < 10000; i++)
		buf_add_str(&text, "{{if true}}");
	assert_null(made(text.data));
	assert_non_null(strstr(error_text(-EINVAL), "too deeply"));
}

static char *listed(const char *format, bool no_heading)
{
	static const char rows[] = "[{\"ID\":\"1\",\"Name\":\"one\"},{\"ID\":\"22\",\"Name\":\"a\\u001bmuch longer\"}]";
	static const struct format_column columns[] = { { "ID", "IMAGE ID" }, { "Name", "NAME" }, { NULL, NULL } };
	static const char *const shown[] = { "Name", "ID", NULL };
	const struct format_list list = { .format = format, .columns = columns, .shown = shown, .no_heading = no_heading };
	autojson struct json_object *value = NULL;
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);
	int r;

	assert_int_equal(json_parse(rows, strlen(rows), "rows", &value), 0);
	r = format_print_list(&list, value, file);
	fclose(file);
	if (r < 0) {
		free(text);
		return NULL;
	}
	return text;
}

static void lists_as_docker(void **state)
{
	static const struct {
		const char *format;
		bool no_heading;
		const char *text;
	} cases[] = {
		{ NULL, false, "NAME            IMAGE ID\none             1\na?much longer   22\n" },
		{ "table", true, "one             1\na?much longer   22\n" },
		{ "{{.ID}}", false, "1\n22\n" },
		{ "table {{.ID}}\\t{{.Name}}", false, "IMAGE ID   NAME\n1          one\n22         a?much longer\n" },
		{ "json", false, "{\"ID\":\"1\",\"Name\":\"one\"}\n{\"ID\":\"22\",\"Name\":\"a\\u001bmuch longer\"}\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = listed(cases[i].format, cases[i].no_heading);

		assert_non_null(text);
		assert_string_equal(text, cases[i].text);
		free(text);
	}
	assert_null(listed("{{.Nope}}", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_as_docker),
		cmocka_unit_test(wrong_templates),
		cmocka_unit_test(deep_templates),
		cmocka_unit_test(lists_as_docker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
