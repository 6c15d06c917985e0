import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { CompactSign, compactVerify, type JWK } from 'jose';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Keyring, RingKey } from './keyring.ts';

/** What may be signed: nobody can pass one off for the other. */
export type SignedKind = 'tapdone-checkpoint' | 'tapdone-erasure';

/** Signs what must be believed without this database: checkpoints, receipts of erasures. */
export interface Signer {
	sign(kind: SignedKind, payload: object): Promise<string>;
}

/** Public keys by their id: enough to verify with. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in its PKCS #8 form. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const privateKey = ({ key }: RingKey): KeyObject =>
	createPrivateKey({ key: Buffer.concat([PKCS8, key]), format: 'der', type: 'pkcs8' });

/** Signs with the ring's current key, named in the header: the keys before it still verify. */
export function createSigner({ current }: Keyring): Signer {
	const key = privateKey(current);
	return {
		sign: (kind, payload) =>
			new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
				.setProtectedHeader({ alg: 'EdDSA', kid: current.id, typ: kind })
				.sign(key)
	};
}

/** The public half of every key of the ring, retired ones too: what they signed stays signed. */
export const publicKeys = ({ all }: Keyring): PublicKeys =>
	new Map(all.map((key) => [key.id, createPublicKey(privateKey(key))]));

/** The same as a JSON Web Key Set, to give away. */
export const publicJwks = (ring: Keyring): { keys: JWK[] } => ({
	keys: [...publicKeys(ring)].map(([kid, key]) => ({
		...(key.export({ format: 'jwk' }) as JWK),
		kid,
		alg: 'EdDSA',
		use: 'sig'
	}))
});

/** Reads such a set; `bad-keys` when a text is none. */
export function readJwks(text: string): Result<PublicKeys, 'bad-keys'> {
	try {
		const { keys } = JSON.parse(text) as { keys: (JsonWebKey & { kid: string })[] };
		const read = keys.map((jwk): [string, KeyObject] => [
			jwk.kid,
			createPublicKey({ key: jwk, format: 'jwk' })
		]);
		return read.length ? ok(new Map(read)) : fail('bad-keys');
	} catch {
		return fail('bad-keys');
	}
}

/** The payload, if one of these keys signed it as this kind. */
export async function openSigned(
	keys: PublicKeys,
	kind: SignedKind,
	jws: string
): Promise<Result<unknown, 'unknown-key' | 'bad-signature'>> {
	let known = true;
	try {
		const { payload, protectedHeader } = await compactVerify(
			jws,
			({ kid = '' }) => {
				const key = keys.get(kid);
				known = key !== undefined;
				if (!key) throw new Error('no such key');
				return key;
			},
			{ algorithms: ['EdDSA'] }
		);
		if (protectedHeader['typ'] !== kind) return fail('bad-signature');
		return ok(JSON.parse(new TextDecoder().decode(payload)));
	} catch {
		return fail(known ? 'bad-signature' : 'unknown-key');
	}
}
