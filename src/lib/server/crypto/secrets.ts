import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { VISIT } from '../../domain/identity/limits.ts';

/** 256 random bits as base64url, 43 characters: for visit cookies and API keys. */
export const newSecret = (): string => randomBytes(VISIT.secretBits / 8).toString('base64url');

/** What is stored in a secret's place: SHA-256, base64url. Unkeyed is enough for 256 random bits. */
export const hashSecret = (secret: string): string => hash('sha256', secret, 'base64url');

/** Compares in a time that does not depend on where, or whether, the two differ. */
export const sameSecret = (one: string, other: string): boolean =>
	timingSafeEqual(digest(one), digest(other));

// Digests have one length, which timingSafeEqual needs and which hides the lengths of the texts.
const digest = (text: string) => hash('sha256', text, 'buffer');
