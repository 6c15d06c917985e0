import { CODE_DIGITS, CODE_MINUTES, LINK_HOURS } from '../workflow/limits.ts';

/**
 * Every number about links, codes, sends, known facts and visits; what a workflow asks for itself
 * has its bounds in `workflow/limits.ts` and may be tightened, never loosened past them. What fails
 * is counted in the database, so a limit holds over all nodes, links and challenges together.
 */

export const LINK = {
	/** More than 128 random bits cannot be found by trying (the signature stops it earlier). */
	idBytes: 16,
	/**
	 * Links that cannot be opened, of one source address and in one process: more than a person with
	 * old messages presses, and a search for a good one would take longer than the world is old.
	 */
	wrongPerSource: { count: 60, minutes: 1 },
	/**
	 * Presses that begin a visit or change the language: each leaves a row or an event for good, and a
	 * link proves nobody. More than a customer, their family and a scanner press in an hour; whoever
	 * else holds the link and uses them up keeps its owner out for minutes, not for good.
	 */
	presses: { count: 30, minutes: 60 }
} as const;

export const CODE = {
	digits: CODE_DIGITS,
	minutes: CODE_MINUTES.most,
	moneyMinutes: CODE_MINUTES.mostForMoney,
	/** Five guesses of a million; then the challenge is dead and a new code must be sent. */
	mostCompared: 5
} as const;

export const FACTOR = {
	/** Consecutive failures of one person and factor, over all links; a new code resets nothing. */
	lockAt: 10,
	/** Bounded, so that a stranger who holds a link cannot lock its owner out for good (case C8). */
	lockMinutes: 30,
	/** From here on a person must bind the factor again. NIST SP 800-63B-4 allows 100. */
	disableAt: 50
} as const;

export const SENDS = {
	/** Seconds before the next code may be asked for, after the first, second and any later one. */
	gapSeconds: [30, 60, 120],
	/** Codes that are older lengthen the gap no more: the longest life of a code. */
	gapMinutes: CODE_MINUTES.most,
	/** Toll fraud: what one phone can be made to receive. */
	perPhone: { count: 5, minutes: 10 },
	perPhoneDay: 10,
	/** Toll fraud: what one source address can cause. */
	perSource: { count: 25, minutes: 5 },
	/**
	 * SMS pumping (case R1): who earns on a range of numbers has codes sent there and types none.
	 * When of 50 codes to one prefix within an hour fewer than 20 % were typed right, no more go
	 * there for the rest of it, unless enough of them are typed after all. No longer than an hour,
	 * so that a network that lost its messages for a while does not shut its customers out for the
	 * day. Three digits behind the country code are an operator or an area in most countries: the
	 * customers of the next one go on.
	 */
	perPrefix: { digits: 3, unverified: 50, leastPercent: 20, minutes: 60 },
	/** Cap on the codes of a day over the whole deployment, so that a fraud has a largest bill. */
	perDay: 100_000
} as const;

export const COMPARES = {
	/** Spraying one code over many challenges (case C5): wrong codes of one source address. */
	perSource: { count: 25, minutes: 5 },
	/** The same from many addresses: when nearly all codes are wrong, none is taken for the rest of the window, and operations are told. */
	breaker: { compares: 200, minutes: 5, wrongShare: 0.8 }
} as const;

export const FACTS = {
	/**
	 * Facts can be known to others, so few tries a case, whatever new link it gets, a few more a person
	 * and day, then a person.
	 */
	perCase: 3,
	perDay: 5
} as const;

export const IDENTITY = {
	/** Dead codes and wrong facts on one case after which the workflow's stricter path is asked for. */
	stricterAfter: 2
} as const;

export const VISIT = {
	/** A phone that was put down must not stay open to the next hand. */
	idleMinutes: 15,
	/** Shorter once money is authorised. */
	moneyIdleMinutes: 5,
	absoluteMinutes: 60,
	/** The cookie's random bits: it is the only proof between two presses. */
	secretBits: 256
} as const;

/** What a workflow may ask for, both ends included. */
export const BOUNDS = {
	linkHours: LINK_HOURS,
	codeMinutes: CODE_MINUTES
} as const;

/** The asked number, held within its bound: the last word when a document slipped through. */
export const within = (bound: keyof typeof BOUNDS, asked: number): number =>
	Math.min(Math.max(asked, BOUNDS[bound].least), BOUNDS[bound].most);

/** How long a code lives: as the workflow says, shorter for money, never past the bound. */
export const codeMinutes = (asked: number, movesMoney: boolean): number =>
	Math.min(within('codeMinutes', asked), movesMoney ? CODE.moneyMinutes : CODE.minutes);

/** Seconds until the next code, when `sent` codes went out in this visit. */
export const gapSeconds = (sent: number): number =>
	sent < 1 ? 0 : (SENDS.gapSeconds[sent - 1] ?? SENDS.gapSeconds[2]);

/** A link shows the receipt for this many days after the outcome: the longest a link may live. */
export const LINK_AFTERWARDS_DAYS = 30;
