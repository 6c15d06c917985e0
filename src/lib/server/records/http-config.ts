import { isIP } from 'node:net';
import { z } from 'zod';
import { refusal, type AddressPolicy } from './addresses.ts';

/** Limits from reference/security.md, outbound calls; tests set shorter times. */
const httpConnectionShape = z.strictObject({
	/** Everything in a mapping's path comes after this. */
	baseUrl: z.url({ protocol: /^https?$/ }),
	/** Bearer token. Belongs to this host: whoever edits the host must give it anew. */
	token: z.string().min(1).max(4_096).optional(),
	/** `http:` is refused unless the operator says so. */
	allowHttp: z.boolean().default(false),
	/** Loopback and private addresses are refused unless the operator says so. Metadata never is open. */
	allowPrivate: z.boolean().default(false),
	/** The same for single hosts or addresses, as written here. */
	allowHosts: z.array(z.string().max(253)).max(20).default([]),
	connectMs: z.int().min(50).max(10_000).default(2_000),
	readMs: z.int().min(50).max(60_000).default(10_000),
	writeMs: z.int().min(50).max(60_000).default(30_000),
	/** Calls at once, for reads and writes each, so that slow writes do not starve pages. */
	concurrency: z.int().min(1).max(256).default(8),
	/** How long a call may wait for its turn before it is `busy`. */
	waitMs: z.int().min(0).max(10_000).default(1_000)
});

/** One connection of `TAPDONE_RECORDS`. A forbidden literal address is refused here and at each call. */
export const httpConnectionSchema = httpConnectionShape.superRefine((connection, context) => {
	if (!URL.canParse(connection.baseUrl)) return;
	const url = new URL(connection.baseUrl);
	const issue = (message: string) =>
		context.addIssue({ code: 'custom', path: ['baseUrl'], message });
	if (url.protocol === 'http:' && !connection.allowHttp)
		issue('must be https (or set allowHttp for this connection)');
	if (url.username || url.password) issue('must not carry a user name or password: use token');
	if (url.search || url.hash) issue('must not have a query or a fragment');
	const host = hostOf(url);
	const why = isIP(host) ? refusal(host, host, connection) : refusedName(host, connection);
	if (why) issue(`must not point to a ${why} address (or list it in allowHosts)`);
});

export const httpConnectionsSchema = z.record(
	z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be a kebab-case name'),
	httpConnectionSchema
);

export type HttpConnection = z.output<typeof httpConnectionSchema>;
export type HttpConnectionInput = z.input<typeof httpConnectionSchema>;

/** The host without brackets and without the final dot, in lower case. */
export const hostOf = (url: URL): string =>
	url.hostname
		.toLowerCase()
		.replace(/^\[|\]$/g, '')
		.replace(/\.$/, '');

/** Names that mean this machine or its metadata service whatever DNS says. */
function refusedName(host: string, policy: AddressPolicy): string | null {
	if (policy.allowHosts.includes(host)) return null;
	if (host === 'localhost' || host.endsWith('.localhost'))
		return policy.allowPrivate ? null : 'loopback';
	return /^(metadata|metadata\.google\.internal|instance-data)$/.test(host) ? 'metadata' : null;
}

export const refusedHost = (host: string, policy: AddressPolicy): string | null =>
	isIP(host) ? refusal(host, host, policy) : refusedName(host, policy);
