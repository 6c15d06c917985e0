import { LINK } from '../../domain/identity/limits.ts';
import { countAgainst } from '../db/counters.ts';
import type { Parts } from '../parts.ts';

const { count, minutes } = LINK.presses;

/** How long until a link that was pressed too often has room for one more: seconds. */
export const PRESS_WAIT_SECONDS = (minutes * 60) / count;

/** Counts a press on a good link, over all nodes and visits. `false`: it was pressed too often. */
export const countPress = (
	{ db }: Pick<Parts, 'db'>,
	{ linkHash }: { linkHash: string }
): Promise<boolean> =>
	countAgainst(db, { key: `presses:${linkHash}`, most: count, seconds: minutes * 60 });
