import { createHash, randomInt } from 'node:crypto';

// No vowels and nothing that looks like something else: it is read out on the phone.
const ALPHABET = '23456789BCDFGHJKMNPQRSTVWXYZ';

/** Our reference for one submission: 12 characters of 28, about 57 bits; unique by the table. */
export const newReference = (): string =>
	`TD-${Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;

/** SHA-256 of a text, base64url: tells whether two are the same without keeping either. */
export const fingerprint = (text: string): string =>
	createHash('sha256').update(text).digest('base64url');
