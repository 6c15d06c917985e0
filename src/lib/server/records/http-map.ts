import type { HttpCall } from '../../domain/workflow/document.ts';
import type { HttpConnection } from './http-config.ts';
import { putAt } from './paths.ts';

export interface Prepared {
	method: HttpCall['method'];
	/** Path and query, as it goes on the wire. */
	path: string;
	headers: Record<string, string>;
	body?: Buffer;
}

/** What the names in a mapping stand for. */
export type Names = Record<string, string | number | boolean>;

/** Headers that the connector itself is answerable for. */
const OWN_HEADERS = new Set([
	'host',
	'authorization',
	'connection',
	'content-length',
	'content-type',
	'transfer-encoding',
	'accept',
	'accept-encoding',
	'expect',
	'upgrade'
]);

/** A mapping that cannot be turned into a request with these values. The message has no values in it. */
export class UnusableMapping extends Error {}

/**
 * A mapped call as a request. Placeholders are percent-encoded, so that a value stays within its
 * segment; an empty value, `.` and `..` would lead elsewhere and are refused.
 * @throws UnusableMapping
 */
export function prepare(
	connection: HttpConnection,
	call: HttpCall & { body?: Record<string, string>; keyHeader?: string },
	names: Names
): Prepared {
	const base = new URL(connection.baseUrl).pathname.replace(/\/+$/, '');
	const headers: Record<string, string> = {
		accept: 'application/json',
		'accept-encoding': 'identity',
		'user-agent': 'Tapdone'
	};
	if (connection.token) headers.authorization = `Bearer ${connection.token}`;
	const reference = String(names.reference ?? '');
	const extra = { ...call.headers, ...(call.keyHeader ? { [call.keyHeader]: '{reference}' } : {}) };
	for (const [name, text] of Object.entries(extra)) {
		if (OWN_HEADERS.has(name.toLowerCase()))
			throw new UnusableMapping(`header ${name} is not free`);
		headers[name.toLowerCase()] = text.replaceAll('{reference}', reference);
	}
	const body = call.body && Buffer.from(JSON.stringify(bodyOf(call.body, names)));
	if (body) {
		headers['content-type'] = 'application/json';
		headers['content-length'] = String(body.length);
	}
	const prepared = { method: call.method, path: base + fillPath(call.path, names), headers };
	return body ? { ...prepared, body } : prepared;
}

function fillPath(template: string, names: Names): string {
	if (!template.startsWith('/')) throw new UnusableMapping('the path does not start with /');
	const filled = template.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => encode(name, names));
	const [path = ''] = filled.split('?');
	const decoded = path.replaceAll(/%2e/gi, '.').split('/');
	if (decoded.some((segment) => segment === '.' || segment === '..'))
		throw new UnusableMapping('the path has a segment that leads elsewhere');
	if (/[^\x21-\x7e]|[#\\]/.test(filled)) throw new UnusableMapping('the path is not an ASCII path');
	return filled;
}

function encode(name: string, names: Names): string {
	const value = String(lookUp(name, names));
	if (value === '') throw new UnusableMapping(`${name} is empty`);
	if (!value.isWellFormed()) throw new UnusableMapping(`${name} is not well-formed text`);
	return encodeURIComponent(value);
}

function lookUp(name: string, names: Names): string | number | boolean {
	const value = Object.hasOwn(names, name) ? names[name] : undefined;
	if (value === undefined) throw new UnusableMapping(`${name} is not among what is sent`);
	return value;
}

function bodyOf(targets: Record<string, string>, names: Names): Record<string, unknown> {
	const body: Record<string, unknown> = {};
	for (const [target, name] of Object.entries(targets))
		if (!putAt(body, target, lookUp(name, names)))
			throw new UnusableMapping(`${target} is not a usable place in the body`);
	return body;
}
