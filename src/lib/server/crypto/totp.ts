import { randomInt } from 'node:crypto';
import { generateSecret, generateURI, verifySync } from 'otplib/functional';
import { TOTP } from '../../domain/staff/limits.ts';
import type { Vault } from './vault.ts';

export const newTotpSecret = (): string => generateSecret();

/** What an authenticator app reads out of the QR picture. */
export const totpUri = (secret: string, account: string): string =>
	generateURI({ issuer: 'Tapdone', label: account, secret });

/**
 * The time step whose code this is, at most one step from now; `null` when it is none. A step counts
 * once: storing it, strictly rising, is the caller's.
 */
export function totpStep(secret: string, code: string, now: Date): number | null {
	if (!/^\d{6}$/.test(code)) return null;
	const found = verifySync({
		secret,
		token: code,
		epoch: Math.floor(now.getTime() / 1000),
		period: TOTP.seconds,
		epochTolerance: TOTP.toleranceSeconds
	});
	return found.valid && 'timeStep' in found ? found.timeStep : null;
}

// Without letters and digits that are taken for one another.
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const letters = (count: number) =>
	Array.from({ length: count }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** Codes for the day the phone is lost, such as `k3m9x-7tqaw`: 49 bits each. */
export const newRecoveryCodes = (): string[] =>
	Array.from({ length: TOTP.recoveryCodes }, () => `${letters(5)}-${letters(5)}`);

/**
 * What is stored of such a code: a keyed hash, because 49 bits are found by trying for who has the
 * table alone. Typed from paper: any case, any dash.
 */
export const recoveryHash = ({ hash }: Pick<Vault, 'hash'>, staff: string, typed: string): string =>
	hash('recovery-code', `${staff}\0${typed.toLowerCase().replace(/[^a-z0-9]/g, '')}`);
