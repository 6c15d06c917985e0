/** Every number about staff accounts and their sessions, each with its reason. */

export const PASSWORD = {
	/** Without a second factor; NIST SP 800-63B-4. */
	leastAlone: 15,
	/** With TOTP beside it. */
	leastWithTotp: 8,
	/** Longer ones only cost time to hash. */
	most: 128,
	/** What a guesser needs at least, as zxcvbn counts: common passwords and patterns are far below. */
	leastGuesses: 1e8
} as const;

export const TOTP = {
	seconds: 30,
	/** One step to either side: phones whose clock is a little off. */
	toleranceSeconds: 30,
	/** For the day the phone is lost; each works once. */
	recoveryCodes: 10
} as const;

export const SIGN_IN = {
	/** Tries of one account, known or not, until one succeeds; bounded, so that a stranger locks nobody out for good. */
	perAccount: { count: 10, minutes: 30 },
	/** A spray over many accounts comes from few addresses. */
	perSource: { count: 25, minutes: 5 },
	/** Wrong ones of all together, from which on operations are told: far more than people mistype. */
	wrongEverywhere: { count: 50, minutes: 10 },
	/** Codes of one account, beside the limit on its passwords. */
	codesPerAccount: { count: 10, minutes: 30 },
	/** Hashes computed at once in one process, 19 MiB each; more wait, and too many are sent away. */
	hashesAtOnce: 2,
	hashesWaiting: 50
} as const;

export const SESSION = {
	/** Without a press; looking and live lists do not count. */
	idleMinutes: 15,
	absoluteHours: 12,
	/** How long a proof counts as fresh for what is sensitive. */
	freshMinutes: 20,
	/** Between the password and the second factor. */
	halfMinutes: 10
} as const;

/** How long the link to set an account up may be used. */
export const INVITATION_HOURS = 24;
