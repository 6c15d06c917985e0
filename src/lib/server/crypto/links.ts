import { createHash, createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import { LINK } from '../../domain/identity/limits.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import type { Keyring, RingKey } from './keyring.ts';

/**
 * Never in the URL, so there is no `alg`, `kid` or `jwk` to tamper with (case A7); `typ` keeps a
 * JWS that was made for something else with the same key from being a link.
 */
const HEADER = toBase64url(
	new TextEncoder().encode(JSON.stringify({ alg: 'HS256', typ: 'tapdone-link' }))
);
const ID_BYTES = LINK.idBytes;
/**
 * The leftmost 184 bits of the signature: `https://`, a 30-character host, `/l/` and a
 * 4-character key id leave 55 characters of 100. RFC 2104 §5 allows cutting down to 128 bits.
 * Together with the id that is 39 bytes, 52 characters without an unused bit, so that no two
 * tokens mean the same.
 */
const TAG_BYTES = 23;
const SHAPE = /^([a-z0-9]{1,4})([A-Za-z0-9_-]{52})$/;

export interface Links {
	/** A new link. `token` goes after `/l/` and nowhere else; `hash` is what is stored. */
	sign(): Promise<{ token: string; hash: string }>;
	/** The stored hash of a token whose signature is ours. Says nothing about a link's life. */
	verify(token: string): Promise<Result<{ hash: string }, 'bad-link'>>;
}

/** Signs and verifies links; `now` decides which retired keys are still accepted (case A13). */
export function createLinks({ keys, now }: { keys: Keyring; now?: () => Date }): Links {
	const clock = now ?? (() => new Date());
	const secrets = new Map(keys.all.map(({ id, key }) => [id, createSecretKey(key)]));

	const tagOf = (ringKey: RingKey, id: Uint8Array): Uint8Array => {
		const payload = Buffer.concat([Buffer.from(`${ringKey.id}.`), id]);
		// RFC 7515 §5.1 by hand: WebCrypto sends each signature to another thread and back, which
		// costs a request that waits for nothing else twenty times as much as the signature.
		return createHmac('sha256', secrets.get(ringKey.id) ?? ringKey.key)
			.update(`${HEADER}.${toBase64url(payload)}`)
			.digest()
			.subarray(0, TAG_BYTES);
	};

	return {
		async sign() {
			const id = randomBytes(ID_BYTES);
			const tag = tagOf(keys.current, id);
			return { token: keys.current.id + toBase64url(Buffer.concat([id, tag])), hash: hashOf(id) };
		},
		async verify(token) {
			const shape = typeof token === 'string' && token.length <= 56 ? SHAPE.exec(token) : null;
			const bytes = fromBase64url(shape?.[2] ?? '');
			if (!shape || bytes?.length !== ID_BYTES + TAG_BYTES) return fail('bad-link');
			const id = bytes.subarray(0, ID_BYTES);
			const ringKey = keys.byId(shape[1]!, clock());
			// A key id that is not ours costs the same signature as one that is.
			const tag = tagOf(ringKey ?? keys.current, id);
			const same = timingSafeEqual(tag, bytes.subarray(ID_BYTES));
			return ringKey && same ? ok({ hash: hashOf(id) }) : fail('bad-link');
		}
	};
}

const hashOf = (id: Uint8Array): string => createHash('sha256').update(id).digest('base64url');
