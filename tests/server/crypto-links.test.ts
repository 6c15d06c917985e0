import { createHash, randomBytes } from 'node:crypto';
import { CompactSign, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { LINK_CHARACTERS } from '../../src/lib/domain/workflow/limits.ts';
import { toBase64url } from '../../src/lib/server/crypto/base64url.ts';
import { parseKeyring } from '../../src/lib/server/crypto/keyring.ts';
import { createLinks } from '../../src/lib/server/crypto/links.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const newKey = () => toBase64url(randomBytes(32));
const BAD = { ok: false, reason: 'bad-link' };

function linksOf(ring: string, now?: () => Date) {
	const keys = parseKeyring(ring);
	if (!keys.ok) throw new Error(String(keys.detail));
	return createLinks({ keys: keys.value, ...(now && { now }) });
}

/** A token built by hand: the parts of a link, signed as told. */
async function forge(key: Uint8Array, header: { alg: string; typ?: string }, signedId = 'a') {
	const id = randomBytes(16);
	const payload = Buffer.concat([Buffer.from(`${signedId}.`), id]);
	const jws = await new CompactSign(payload).setProtectedHeader(header).sign(key);
	const tag = Buffer.from(jws.split('.')[2]!, 'base64url').subarray(0, 23);
	return { token: `a${toBase64url(Buffer.concat([id, tag]))}`, id, jws };
}

describe('links', () => {
	it('verify on any node with the same keys, to the hash that was stored', async () => {
		const ring = `k1:${newKey()}`;
		const { token, hash } = await linksOf(ring).sign();
		expect(hash).toMatch(/^[A-Za-z0-9_-]{43}$/);
		expect(await linksOf(ring).verify(token)).toEqual({ ok: true, value: { hash } });
		expect((await linksOf(ring).sign()).token).not.toBe(token);
	});

	it('are a JWS by jose without its header, and stored as the SHA-256 of their 16 bytes', async () => {
		const key = randomBytes(32);
		const { token, id } = await forge(key, { alg: 'HS256', typ: 'tapdone-link' });
		const hash = createHash('sha256').update(id).digest('base64url');
		expect(await linksOf(`a:${toBase64url(key)}`).verify(token)).toEqual({
			ok: true,
			value: { hash }
		});
	});

	it('fit in 100 characters with the longest key id and a host of 30', async () => {
		const { token } = await linksOf(`abcd:${newKey()}`).sign();
		const url = `https://${'h'.repeat(26)}.org/l/${token}`;
		expect(new URL(url).host).toHaveLength(30);
		expect(url.length).toBeLessThanOrEqual(LINK_CHARACTERS);
	});

	it('A1: every other character at every place is refused', async () => {
		const links = linksOf(`k1:${newKey()},k2:${newKey()}`);
		const { token } = await links.sign();
		for (let place = 0; place < token.length; place++) {
			for (const character of ALPHABET) {
				if (character === token[place]) continue;
				const flipped = token.slice(0, place) + character + token.slice(place + 1);
				expect(await links.verify(flipped), flipped).toEqual(BAD);
			}
		}
	});

	it('A1: a token cut, lengthened, padded or written otherwise is refused', async () => {
		const links = linksOf(`k1:${newKey()}`);
		const { token } = await links.sign();
		const others = [
			token.slice(0, -1),
			token.slice(1),
			`${token}A`,
			`${token}=`,
			` ${token}`,
			`${token}\n`,
			encodeURIComponent(`${token}/`),
			token.toUpperCase(),
			`${token}${token}`,
			'',
			'l',
			token.replace('k1', 'K1'),
			'x'.repeat(1_000_000),
			`k1${'A'.repeat(51)}é`
		];
		for (const other of others) expect(await links.verify(other)).toEqual(BAD);
		for (const other of [undefined, null, 7, [token], { token }])
			expect(await links.verify(other as never)).toEqual(BAD);
	});

	it('A2: the signature of one link does not fit the id of another', async () => {
		const links = linksOf(`a:${newKey()}`);
		const [one, two] = [(await links.sign()).token, (await links.sign()).token];
		const bytes = (token: string) => Buffer.from(token.slice(1), 'base64url');
		const mixed = Buffer.concat([bytes(one).subarray(0, 16), bytes(two).subarray(16)]);
		expect(await links.verify(`a${toBase64url(mixed)}`)).toEqual(BAD);
	});

	it('A7: JWS made for something else with the same key are refused', async () => {
		const key = randomBytes(32);
		const links = linksOf(`a:${toBase64url(key)}`);
		for (const header of [
			{ alg: 'HS256' },
			{ alg: 'HS256', typ: 'JWT' },
			{ alg: 'HS256', typ: 'tapdone-link', kid: 'a' }
		]) {
			const { token } = await forge(key, header);
			expect(await links.verify(token)).toEqual(BAD);
		}
		const longer = await forge(Buffer.concat([key, key]), { alg: 'HS512', typ: 'tapdone-link' });
		expect(await links.verify(longer.token)).toEqual(BAD);
	});

	it('A7: a whole JWS, alg none, an unknown or odd key id are refused', async () => {
		const key = randomBytes(32);
		const links = linksOf(`a:${toBase64url(key)}`);
		const { jws, token } = await forge(key, { alg: 'HS256', typ: 'tapdone-link' });
		const none = new UnsecuredJWT({ case: '1' }).encode();
		const rest = token.slice(1);
		for (const other of [jws, none, `b${rest}`, `../../x${rest}`, `zz${rest}`, `a.${rest}`])
			expect(await links.verify(other)).toEqual(BAD);
		const jwk = { alg: 'HS256', typ: 'tapdone-link', jwk: { kty: 'oct', k: newKey() } };
		expect(await links.verify((await forge(key, jwk)).token)).toEqual(BAD);
	});

	it('A7: the key id is signed too, so the same key under two ids makes two links', async () => {
		const key = newKey();
		const { token } = await linksOf(`a:${key}`).sign();
		expect(await linksOf(`b:${key}`).verify(`b${token.slice(1)}`)).toEqual(BAD);
	});

	it('A13: links of a retired key live until its date, those of a removed key do not', async () => {
		const [old, current] = [newKey(), newKey()];
		const { token, hash } = await linksOf(`a:${old}`).sign();
		let now = new Date('2030-03-01T00:00:00Z');
		const links = linksOf(`b:${current},a:${old}:2030-03-02`, () => now);
		expect(await links.verify(token)).toEqual({ ok: true, value: { hash } });
		expect((await links.sign()).token.startsWith('b')).toBe(true);
		now = new Date('2030-03-02T00:00:00Z');
		expect(await links.verify(token)).toEqual(BAD);
		expect(await linksOf(`b:${current}`).verify(token)).toEqual(BAD);
	});
});
