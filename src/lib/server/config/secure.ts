import type { Keyring } from '../crypto/keyring.ts';

/** Every key that the demo makes begins with these bytes; the other 28 are random. */
export const DEMO_MARK = Buffer.from('demo');

/** Passwords and tokens that everybody tries first. */
const KNOWN =
	/^(admin|changeme|change-me|default|demo|example|hunter2|insecure|letmein|pass|password|postgres|qwerty|root|secret|tapdone|test|token)[-_0-9!]*$/i;

/** No password at all is none of these: PostgreSQL can know its clients otherwise. */
export const isKnownSecret = (text: string): boolean =>
	KNOWN.test(text) || new Set(text).size < Math.min(4, text.length);

/** Why 32 bytes are no key to run with in production, or null. */
export function keyProblem(key: Uint8Array): string | null {
	if (DEMO_MARK.equals(key.subarray(0, DEMO_MARK.length))) return 'is a key of the demo';
	const steps = new Set(key.slice(1).map((byte, index) => byte - key[index]!));
	// 32 random bytes have 30 distinct ones on average; text only has a chance of 10⁻¹⁴.
	if (steps.size === 1 || new Set(key).size < 16) return 'is not random';
	return key.every((byte) => byte >= 0x20 && byte < 0x7f) ? 'is text, not random bytes' : null;
}

/** The first problem among a keyring's keys, with the id of the key. */
export function keyringProblem(ring: Keyring): string | null {
	for (const { id, key } of ring.all) {
		const problem = keyProblem(key);
		if (problem) return `has key ${id}, which ${problem}`;
	}
	return null;
}
