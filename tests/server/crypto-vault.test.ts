import { randomBytes } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { toBase64url } from '../../src/lib/server/crypto/base64url.ts';
import { parseKeyring } from '../../src/lib/server/crypto/keyring.ts';
import { type CaseKey, createVault, VaultError } from '../../src/lib/server/crypto/vault.ts';

const newKey = () => toBase64url(randomBytes(32));
const lookup = randomBytes(32);

function vaultOf(keys: string, now?: () => Date) {
	const master = parseKeyring(keys);
	if (!master.ok) throw new Error(String(master.detail));
	return createVault({ master: master.value, lookup, ...(now && { now }) });
}

const value = { name: 'Ünal \u{1F4A7} "x"', amount: 12_345, list: [true, null, 'é'] };

describe('vault', () => {
	it('gives back what was sealed, through a key that another node unwraps', async () => {
		const ring = `a:${newKey()}`;
		const { key, wrapped } = await vaultOf(ring).newCaseKey();
		const sealed = await vaultOf(ring).seal(key, value, 'cases.sealed');
		const other = vaultOf(ring);
		const opened = await other.openCaseKey(wrapped);
		expect(await other.open(opened, sealed, 'cases.sealed')).toEqual(value);
	});

	it('hides the value and seals it differently each time', async () => {
		const vault = vaultOf(`a:${newKey()}`);
		const { key } = await vault.newCaseKey();
		const [one, two] = [await vault.seal(key, value, 'c'), await vault.seal(key, value, 'c')];
		expect(one).not.toBe(two);
		expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('amount');
	});

	it('refuses ciphertext that was moved to another column', async () => {
		const vault = vaultOf(`a:${newKey()}`);
		const { key } = await vault.newCaseKey();
		const sealed = await vault.seal(key, value, 'messages.sealed');
		await expect(vault.open(key, sealed, 'cases.sealed')).rejects.toThrow(VaultError);
	});

	it('refuses a header that was exchanged to fit the column', async () => {
		const vault = vaultOf(`a:${newKey()}`);
		const { key } = await vault.newCaseKey();
		const [, ...rest] = (await vault.seal(key, value, 'messages.sealed')).split('.');
		const [header] = (await vault.seal(key, value, 'cases.sealed')).split('.');
		const forged = [header, ...rest].join('.');
		await expect(vault.open(key, forged, 'cases.sealed')).rejects.toThrow(VaultError);
	});

	it('refuses the key of another case', async () => {
		const vault = vaultOf(`a:${newKey()}`);
		const sealed = await vault.seal((await vault.newCaseKey()).key, value, 'c');
		await expect(vault.open((await vault.newCaseKey()).key, sealed, 'c')).rejects.toThrow(
			'c cannot be decrypted'
		);
	});

	it.each(['', 'plain text', '{"amount":1}', '....', 'eyJhbGciOiJub25lIn0.e30.'])(
		'S6: never takes %j for a value',
		async (text) => {
			const vault = vaultOf(`a:${newKey()}`);
			const { key } = await vault.newCaseKey();
			await expect(vault.open(key, text, 'c')).rejects.toThrow(VaultError);
			await expect(vault.openCaseKey(text)).rejects.toThrow(VaultError);
		}
	);

	it('S6: a missing or wrong master key fails closed and says which', async () => {
		const { wrapped } = await vaultOf(`old:${newKey()}`).newCaseKey();
		await expect(vaultOf(`new:${newKey()}`).openCaseKey(wrapped)).rejects.toThrow(
			'master key "old" is not in the keyring'
		);
		await expect(vaultOf(`old:${newKey()}`).openCaseKey(wrapped)).rejects.toThrow('wrong key');
	});

	it('refuses a wrapped key of another algorithm, even under the right master key', async () => {
		const master = randomBytes(32);
		const foreign = await new CompactEncrypt(randomBytes(32))
			.setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: 'a' })
			.encrypt(new Uint8Array(master));
		await expect(vaultOf(`a:${toBase64url(master)}`).openCaseKey(foreign)).rejects.toThrow(
			VaultError
		);
	});

	it('rewraps under the current key, once, and the case still opens without the old one', async () => {
		const [old, current] = [`old:${newKey()}`, `cur:${newKey()}`];
		const { key, wrapped } = await vaultOf(old).newCaseKey();
		const sealed = await vaultOf(old).seal(key, value, 'c');
		const both = vaultOf(`${current},${old}`);
		const renewed = await both.rewrap(wrapped);
		expect(renewed).not.toBeNull();
		expect(await both.rewrap(renewed!)).toBeNull();
		const after = vaultOf(current);
		expect(await after.open(await after.openCaseKey(renewed!), sealed, 'c')).toEqual(value);
	});

	it('refuses a retired master key from its date on, and a node that kept the case key goes on', async () => {
		let now = new Date('2030-01-01T00:00:00Z');
		const old = `old:${newKey()}`;
		const { wrapped } = await vaultOf(old).newCaseKey();
		const ring = `cur:${newKey()},${old}:2030-02-01`;
		const vault = vaultOf(ring, () => now);
		const kept: CaseKey = await vault.openCaseKey(wrapped);
		now = new Date('2030-02-01T00:00:00Z');
		expect(await vault.openCaseKey(wrapped)).toBe(kept);
		await expect(vaultOf(ring, () => now).openCaseKey(wrapped)).rejects.toThrow('retired');
	});

	it('hashes equal values equally, apart by kind and by lookup key', () => {
		const vault = vaultOf(`a:${newKey()}`);
		const hash = vault.hash('customer', 'C-1');
		expect(hash).toMatch(/^[A-Za-z0-9_-]{43}$/);
		expect(vaultOf(`b:${newKey()}`).hash('customer', 'C-1')).toBe(hash);
		expect(vault.hash('destination', 'C-1')).not.toBe(hash);
		const master = parseKeyring(`a:${newKey()}`);
		if (!master.ok) throw new Error('keyring');
		const other = createVault({ master: master.value, lookup: randomBytes(32) });
		expect(other.hash('customer', 'C-1')).not.toBe(hash);
	});
});
