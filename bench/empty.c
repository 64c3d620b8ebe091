/* SPDX-License-Identifier: Apache-2.0 */
/* The empty static program: what starting any process costs. */
int main(void)
{
	return 0;
}
