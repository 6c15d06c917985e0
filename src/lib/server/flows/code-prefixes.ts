import { phonePrefix } from '../../contracts/phone-prefix.ts';
import { SENDS } from '../../domain/identity/limits.ts';
import { mostSends } from '../../domain/identity/send-breaker.ts';
import type { Channel } from '../../domain/workflow/document.ts';
import type { Db } from '../db/connect.ts';
import { countAgainst, counted, type Limit } from '../db/counters.ts';

// Codes pumped to a range of numbers stay below every limit of a phone and an address. They are
// seen by that nobody types them (case R1). What is counted is the range, never a number.

const seconds = SENDS.perPrefix.minutes * 60;

const verifiedOf = (prefix: string): Limit => ({
	key: `sends-verified-${prefix}`,
	most: 2 ** 30,
	seconds
});

/** The range that a code goes to; none for e-mail, on which nobody earns. */
export const prefixOf = (channel: Channel, to: string): string | null =>
	channel === 'email' ? null : phonePrefix(to, SENDS.perPrefix.digits);

/** What may be sent to this range in the present window, by what was verified in it so far. */
export async function prefixLimit(db: Db, prefix: string): Promise<Limit> {
	const most = mostSends(await counted(db, verifiedOf(prefix)));
	// Without a colon: the alert names the range, so that operations know whom it stops.
	return { key: `sends-prefix-${prefix}`, most, seconds };
}

/** A code that was sent to this range was typed right. */
export const countVerified = (db: Db, prefix: string): Promise<boolean> =>
	countAgainst(db, verifiedOf(prefix));
