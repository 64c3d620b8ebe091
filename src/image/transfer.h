/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The parent's half of hoy-transfer, which speaks HTTP and TLS for the command. It runs unprivileged in a cage
 * (kernel/sandbox.h), knows no path of the store and is handed one descriptor per request, into which the body goes at
 * the offset asked for. One process serves a whole pull: requests run side by side over kept connections.
 *
 * What it parses, being the one who could do no harm: headers, challenges (WWW-Authenticate), tokens, redirects, error
 * bodies. What it hands over is checked here: manifests and configs against their digests before they are parsed, blobs
 * by hoy-unpack while they are unpacked. Its words for the reader are made printable before they are shown.
 *
 * The wire is a SOCK_SEQPACKET socket on its descriptors 0 and 1, one JSON object a message:
 *	-> {"id":1,"url":"https://…","accept":"…","head":false,"insecure":false,"scope":"repository:library/nginx:pull",
 *	    "user":"…","password":"…","identity":"…","offset":0,"size":-1,"limit":4194304}  with one descriptor
 *	<- {"id":1,"have":1048576}                                        now and then: so many bytes lie in the descriptor
 *	<- {"id":1,"done":true,"status":200,"have":…,"type":"…","digest":"…","link":"…","message":"…","after":0}
 *	<- {"id":1,"done":true,"code":-111,"error":"…","hint":"…","retry":true,"have":…}
 */
#include <stdbool.h>
#include <stdint.h>

#define TRANSFER_MESSAGE_MAX 65536

struct transfer;

struct transfer_request {
	const char *url;
	const char *accept;                     /* NULL: none */
	const char *scope;                      /* what a token is asked for; NULL: none */
	const char *user, *password, *identity; /* for the URL's own host; NULL: anonymous */
	bool head;
	bool insecure;  /* certificates are not checked, and a connection must come quickly: plain HTTP is tried next */
	int64_t offset; /* ask for the bytes from here on; the answer may still begin at 0 (have starts over) */
	int64_t size;   /* of the whole body, or -1: unknown */
	int64_t limit;  /* of the whole body */
	int fd;         /* used, not owned; -1 with head */
};

struct transfer_answer {
	uint32_t id;
	bool done;
	int64_t have;               /* bytes of the body in the descriptor, from its start */
	int status;                 /* HTTP; 0: no answer came, and code says why */
	char *type, *digest, *link; /* headers, or NULL: Content-Type, Docker-Content-Digest, Link */
	char *message;              /* what the registry said about an error, or NULL; printable */
	int64_t after;              /* seconds of Retry-After, 0: none */
	int code;                   /* negative errno with status 0 */
	char *error, *hint;         /* words for code; printable */
	bool retry;                 /* trying again may help */
};

void transfer_answer_release(struct transfer_answer *a);
#define autoanswer __attribute__((cleanup(transfer_answer_release))) struct transfer_answer

/* Starts the program. -errno with words. */
int transfer_start(struct transfer **ret);
/* Ends it at once; the descriptors it was handed are closed with it. */
void transfer_free(struct transfer **t);
/* Readable when an answer waits. Borrowed. */
int transfer_fd(const struct transfer *t);
/* Sends a request; answers carry *@ret_id. -errno with words. */
int transfer_send(struct transfer *t, const struct transfer_request *request, uint32_t *ret_id);
/* Waits for one message. -EPIPE with words when the program died. */
int transfer_receive(struct transfer *t, struct transfer_answer *ret);
