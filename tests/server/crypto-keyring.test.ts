import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url } from '../../src/lib/server/crypto/base64url.ts';
import { parseKeyring } from '../../src/lib/server/crypto/keyring.ts';
import { hashSecret, newSecret, sameSecret } from '../../src/lib/server/crypto/secrets.ts';

const text = () => toBase64url(randomBytes(32));

describe('keyring', () => {
	it('reads the first key as current and the others by id', () => {
		const [one, two] = [text(), text()];
		const ring = parseKeyring(`b2:${one}, a1:${two}`);
		if (!ring.ok) throw new Error(String(ring.detail));
		expect(ring.value.current.id).toBe('b2');
		expect(toBase64url(ring.value.byId('a1', new Date())!.key)).toBe(two);
		expect(ring.value.byId('zz', new Date())).toBeNull();
	});

	it('A13: accepts a retired key until its date and refuses it from then on', () => {
		const ring = parseKeyring(`b:${text()},a:${text()}:2030-01-31T12:00:00Z`);
		if (!ring.ok) throw new Error(String(ring.detail));
		expect(ring.value.byId('a', new Date('2030-01-31T11:59:59.999Z'))).not.toBeNull();
		expect(ring.value.byId('a', new Date('2030-01-31T12:00:00.000Z'))).toBeNull();
	});

	const good = text();
	it.each([
		['nothing', '', 'key 1 needs an id'],
		['an id in capitals', `A:${good}`, 'key 1 needs an id'],
		['an id of five characters', `abcde:${good}`, 'key 1 needs an id'],
		['a key of 31 bytes', `a:${toBase64url(randomBytes(31))}`, 'key 1 (a) is not base64url'],
		['padding', `a:${good}=`, 'key 1 (a) is not base64url'],
		['an id used twice', `a:${good},a:${text()}`, 'key 2 (a) has an id that is used twice'],
		['a date that is none', `a:${good},b:${text()}:soon`, 'key 2 (b) has a third part'],
		['a year alone', `a:${good},b:${text()}:2030`, 'key 2 (b) has a third part'],
		['a retired current key', `a:${good}:2030-01-01`, 'key 1 (a) is the current key'],
		['a trailing comma', `a:${good},`, 'key 2 needs an id']
	])('refuses %s without repeating a key', (_, ring, problem) => {
		const parsed = parseKeyring(ring);
		expect(parsed).toMatchObject({ ok: false, reason: 'bad-keyring' });
		if (parsed.ok) return;
		expect(parsed.detail).toContain(problem);
		expect(parsed.detail).not.toContain(good);
	});
});

describe('base64url', () => {
	it.each(['AB', 'A', 'AA==', 'A A', 'AA+', 'AAé'])(
		'refuses %j, which is not canonical',
		(input) => {
			expect(fromBase64url(input)).toBeNull();
		}
	);
});

describe('secrets', () => {
	it('are 256 bits, new each time, and stored as their SHA-256', () => {
		const secret = newSecret();
		expect(fromBase64url(secret)).toHaveLength(32);
		expect(newSecret()).not.toBe(secret);
		expect(hashSecret('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
	});

	it('compare equal only to themselves, whatever the lengths', () => {
		expect(sameSecret('one', 'one')).toBe(true);
		expect(sameSecret('one', 'on')).toBe(false);
		expect(sameSecret('', 'one')).toBe(false);
	});
});
