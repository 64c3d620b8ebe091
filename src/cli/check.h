/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the value of one option may be, for the rows of option tables: said as it is read, before anything is done. 0, or
 * -EINVAL (-ENOSYS) with words about the value alone, Docker's where it has some. Values with a module of their own in
 * container/ are checked by that.
 */
int check_name(const char *value);
int check_hostname(const char *value);
int check_workdir(const char *value);
int check_volume(const char *value);
int check_volumes_from(const char *value);
int check_mount(const char *value);
int check_tmpfs(const char *value);
int check_env(const char *value);
int check_label(const char *value);
int check_ulimit(const char *value);
int check_capability(const char *value);
int check_platform(const char *value);
/* --platform of archives, which may be given several times: 0 none was, 1 it is in *@ret, or -errno with words. */
struct platform;
struct strv;
int check_one_platform(const struct strv *typed, struct platform *ret);
int check_pull(const char *value);
int check_isolation(const char *value);
int check_signal(const char *value);
int check_restart(const char *value);
int check_attach(const char *value);
