import { createHmac, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { sameSecret } from '../crypto/secrets.ts';

/** How old, or how far ahead, a signed time may be (cases J2, P4). */
const TOLERANCE_SECONDS = 300;

/**
 * Twilio signs the public address with the fields behind it, name and value, in the order of their
 * names; a name with several values has each of them once, in order.
 * @param url as the provider was told it: never what `Host` says (case J6)
 */
export function signedByTwilio(
	tokens: readonly string[],
	signature: string,
	url: string,
	fields: URLSearchParams
): boolean {
	const names = [...new Set(fields.keys())].sort();
	const text = names
		.flatMap((name) => [...new Set(fields.getAll(name))].sort().map((value) => name + value))
		.join('');
	const signs = (one: string) =>
		tokens.some((token) => sameSecret(hmac(token, one + text), signature));
	// A wrong signature is compared with every one; which token a right one fits, its sender knows.
	return signs(url) || signs(withPort(url));
}

const hmac = (token: string, text: string): string =>
	createHmac('sha1', token).update(text, 'utf8').digest('base64');

/** They write the usual port of an address, or leave it out, as they please. */
function withPort(url: string): string {
	const { protocol, port } = new URL(url);
	if (port !== '') return url;
	const usual = protocol === 'https:' ? '443' : '80';
	return url.replace(/^(https?:\/\/[^/?#]+)/, `$1:${usual}`);
}

export interface SendgridSignature {
	signature: string;
	/** Seconds since 1970, as text: exactly what was signed. */
	timestamp: string;
}

/** SendGrid signs the time and the bytes of the body, all of them, with ECDSA on P-256. */
export function signedBySendgrid(
	keys: readonly string[],
	{ signature, timestamp }: SendgridSignature,
	body: Uint8Array,
	now: Date
): boolean {
	const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : NaN;
	if (!(Math.abs(now.getTime() / 1_000 - seconds) <= TOLERANCE_SECONDS)) return false;
	const signed = Buffer.concat([Buffer.from(timestamp), body]);
	return keys.some((key) => verifies(key, signed, Buffer.from(signature, 'base64')));
}

/** The configured keys, read once: reading one takes as long as a verification. */
const publicKeys = new Map<string, KeyObject>();

function publicKeyOf(key: string): KeyObject {
	const known =
		publicKeys.get(key) ??
		createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
	publicKeys.set(key, known);
	return known;
}

function verifies(key: string, signed: Uint8Array, signature: Uint8Array): boolean {
	try {
		return verify('sha256', signed, publicKeyOf(key), signature);
	} catch {
		// What is no signature, or no key, signs nothing.
		return false;
	}
}
