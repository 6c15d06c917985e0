import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import type { Keyring, RingKey } from './keyring.ts';
import { createRecent } from '../recent.ts';

/** Anything that comes back from JSON as it went in; `object` because interfaces are no index types. */
export type Sealable = string | number | boolean | null | object;

declare const caseKey: unique symbol;
/** The unwrapped key of one case; not extractable. To erase a case is to forget its wrapped key. */
export type CaseKey = CryptoKey & { readonly [caseKey]: true };

export type HashKind =
	'customer' | 'duplicate' | 'destination' | 'fact' | 'limit' | 'request' | 'recovery-code';

/** What cannot be read is never shown or written in the clear instead (case S6). */
export class VaultError extends Error {
	override name = 'VaultError';
}

/**
 * Envelope encryption: a key for each case, wrapped by a master keyring that can rotate.
 * Every function that reads throws `VaultError` on a wrong, missing or retired key and on
 * changed ciphertext.
 */
export interface Vault {
	newCaseKey(): Promise<{ key: CaseKey; wrapped: string }>;
	openCaseKey(wrapped: string): Promise<CaseKey>;
	/** Drops an unwrapped key from this process's memory, now: its case was erased. */
	forget(wrapped: string): void;
	/** Drops those that were unwrapped ten minutes ago: on other nodes cases are erased, too (case S4). */
	forgetOld(): void;
	/** The same case key under the current master key; null when it already is. */
	rewrap(wrapped: string): Promise<string | null>;
	/** `context` names the column, such as `cases.sealed`; ciphertext opens nowhere else. */
	seal(key: CaseKey, value: Sealable, context: string): Promise<string>;
	/** The caller states the type it sealed under this context. */
	open<Value>(key: CaseKey, sealed: string, context: string): Promise<Value>;
	/** HMAC-SHA256 as base64url, 43 characters: finds equal values without storing them. */
	hash(kind: HashKind, value: string): string;
}

const KEY_BYTES = 32;
const ENC = 'A256GCM';
// Of the two that jose offers AES key wrap is the faster under load (48 : 63 µs), and it has no
// nonce, so one master key has no bound of 2³² wrapped keys (NIST SP 800-38D §8.3).
const WRAP = 'A256KW';
const WRAPPED = { keyManagementAlgorithms: [WRAP], contentEncryptionAlgorithms: [ENC] };
const SEALED = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: [ENC] };
/** Unwrapped keys that are kept: enough for the cases that are worked on at one moment. */
const MOST_KEPT = 1000;
/** Longer than most visits are worked on, and as long as an erased key may stay in memory. */
const KEPT_MS = 600_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Builds the vault. `lookup` (32 bytes) keys the hashes and must stay the same for good. */
export function createVault(options: {
	master: Keyring;
	lookup: Uint8Array;
	now?: () => Date;
}): Vault {
	const { master, lookup, now = () => new Date() } = options;
	const lookupKey = createSecretKey(lookup);
	const opened = createRecent<{ key: CaseKey; at: number }>(MOST_KEPT);
	const keep = (wrapped: string, key: CaseKey) => opened.set(wrapped, { key, at: now().getTime() });
	const masters = new Map<string, Promise<CryptoKey>>();

	const importMaster = ({ id, key }: RingKey): Promise<CryptoKey> => {
		const uses = ['wrapKey', 'unwrapKey'] as const;
		const known =
			masters.get(id) ??
			crypto.subtle.importKey('raw', new Uint8Array(key), 'AES-KW', false, [...uses]);
		masters.set(id, known);
		return known;
	};

	const wrap = async (raw: Uint8Array): Promise<string> =>
		new CompactEncrypt(raw)
			.setProtectedHeader({ alg: WRAP, enc: ENC, kid: master.current.id })
			.encrypt(await importMaster(master.current));

	const unwrap = async (wrapped: string): Promise<{ raw: Uint8Array; kid: string }> => {
		let kid = '';
		const find = async (header: { kid?: string }): Promise<CryptoKey> => {
			kid = header.kid ?? '';
			const ringKey = master.byId(kid, now());
			if (!ringKey) throw new VaultError(`master key "${kid}" is not in the keyring, or retired`);
			return importMaster(ringKey);
		};
		const { plaintext } = await reading('case key', () => compactDecrypt(wrapped, find, WRAPPED));
		if (plaintext.length !== KEY_BYTES) throw new VaultError('case key has a wrong length');
		return { raw: plaintext, kid };
	};

	return {
		async newCaseKey() {
			const raw = new Uint8Array(randomBytes(KEY_BYTES));
			const wrapped = await wrap(raw);
			const key = await importCaseKey(raw);
			keep(wrapped, key);
			return { key, wrapped };
		},
		async openCaseKey(wrapped) {
			const known = opened.get(wrapped);
			if (known) return known.key;
			const key = await importCaseKey((await unwrap(wrapped)).raw);
			keep(wrapped, key);
			return key;
		},
		forget: (wrapped) => opened.drop((_, known) => known === wrapped),
		forgetOld: () => opened.drop(({ at }) => at <= now().getTime() - KEPT_MS),
		async rewrap(wrapped) {
			const { raw, kid } = await unwrap(wrapped);
			const renewed = kid === master.current.id ? null : await wrap(raw);
			raw.fill(0);
			return renewed;
		},
		async seal(key, value, context) {
			// The protected header is the additional data of the cipher: it cannot be exchanged.
			return new CompactEncrypt(encoder.encode(JSON.stringify(value)))
				.setProtectedHeader({ alg: 'dir', enc: ENC, ctx: context })
				.encrypt(key);
		},
		async open<Value>(key: CaseKey, sealed: string, context: string) {
			const { plaintext, protectedHeader } = await reading(context, () =>
				compactDecrypt(sealed, key, SEALED)
			);
			if (protectedHeader['ctx'] !== context)
				throw new VaultError(`${context} holds ciphertext of another place`);
			return JSON.parse(decoder.decode(plaintext)) as Value;
		},
		hash(kind, value) {
			return createHmac('sha256', lookupKey).update(`${kind}\0${value}`).digest('base64url');
		}
	};
}

async function importCaseKey(raw: Uint8Array): Promise<CaseKey> {
	// Imported once: jose would import raw bytes again at every call.
	const key = await crypto.subtle.importKey('raw', new Uint8Array(raw), 'AES-GCM', false, [
		'encrypt',
		'decrypt'
	]);
	raw.fill(0);
	return key as CaseKey;
}

async function reading<Value>(what: string, read: () => Promise<Value>): Promise<Value> {
	try {
		return await read();
	} catch (error) {
		if (error instanceof VaultError) throw error;
		throw new VaultError(`${what} cannot be decrypted: wrong key or changed ciphertext`, {
			cause: error
		});
	}
}
