/**
 * The bounds of what a document asks for, each in one place: the checks before publishing refuse
 * what is outside, and `identity/limits.ts` holds to them when a case runs.
 */

/** Time to read a message, and no longer than a month for what is out in the world. */
export const LINK_HOURS = { least: 1 / 6, most: 30 * 24 } as const;

/** A link must fit into one line of an SMS, with a host of 30 characters. */
export const LINK_CHARACTERS = 100;

/**
 * NIST SP 800-63B-4 and ASVS 5: an out-of-band code lives for 10 minutes at most. Money is worth a
 * relay in real time: half the time for it.
 */
export const CODE_MINUTES = { least: 1, most: 10, mostForMoney: 5 } as const;

/**
 * When people may be written to, on their own clock: the default, and how far a workflow may go. US law
 * ends the day at 21:00, some of its states earlier.
 */
export const WRITING_HOURS = {
	from: '08:00',
	to: '20:00',
	earliest: '08:00',
	latest: '21:00'
} as const;

/** Shorter, and hardly any country of many zones has an hour that is fit for all of them. */
export const LEAST_WRITING_HOURS = 4;

/** Messages that we begin, to one person over all cases; codes and notices have limits of their own. */
export const CAPS = { perDay: 1, perWeek: 3 } as const;

/** A sequence ends with its link, which lives for 30 days at most. */
export const OUTREACH = { steps: 10, hours: 30 * 24 } as const;

/** NIST SP 800-63B-4: a random code of at least six digits. */
export const CODE_DIGITS = 6;
