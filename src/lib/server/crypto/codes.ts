import { generateSecret, generateSync, verifySync } from 'otplib/functional';
import { CODE } from '../../domain/identity/limits.ts';
import { asciiDigits, withoutMarks } from '../../domain/workflow/text.ts';

/** Each challenge has a secret of its own, so the counter never moves (RFC 4226). */
const HOTP = { strategy: 'hotp', counter: 0, digits: CODE.digits } as const;

const SHAPE = new RegExp(`^[0-9]{${CODE.digits}}$`);

/** The longest text that is looked at: the digits with generous spacing. */
const MOST_RAW = 20;

/** A fresh code and the base32 secret that checks it; keep the secret sealed. */
export function createCode(): { secret: string; code: string } {
	const secret = generateSecret();
	return { secret, code: generateSync({ ...HOTP, secret }) };
}

/** The code of a secret again: a repeated send carries the same code. */
export const codeOf = (secret: string): string => generateSync({ ...HOTP, secret });

/**
 * Compares a normalised code in constant time. Counting the comparison, once for all nodes, is the
 * caller's: this function does not know how many went before.
 */
export const checkCode = (secret: string, typed: string): boolean =>
	verifySync({ ...HOTP, secret, token: typed }).valid;

/** How people part a code: any space, any dash. */
const BETWEEN = /[\p{Zs}\p{Pd}\u2212]/gu;

/**
 * The code's ASCII digits, or null. Arabic and Persian keyboards type digits of their own; other
 * scripts, line breaks, arrays and numbers are refused instead of guessed at (case C7).
 */
export function normaliseCode(input: unknown): string | null {
	if (typeof input !== 'string' || input.length > MOST_RAW) return null;
	const digits = asciiDigits(withoutMarks(input).replace(BETWEEN, ''));
	return SHAPE.test(digits) ? digits : null;
}
