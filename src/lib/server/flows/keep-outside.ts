import type { Kept, KeptKind } from '../outside/port.ts';
import type { Parts } from '../parts.ts';

type Used = Pick<Parts, 'db' | 'outside' | 'crash'>;

/** What is written out in one go: about 50 KB. */
const PAGE = 100;

const after: Record<KeptKind, (db: Parts['db'], number: number) => Promise<Kept[]>> = {
	checkpoints: (db, number) =>
		db
			.selectFrom('checkpoints')
			.select(['number', 'jws'])
			.where('number', '>', number)
			.orderBy('number')
			.limit(PAGE)
			.execute(),
	erasures: (db, number) =>
		db
			.selectFrom('erasures')
			.select(['number', 'receipt as jws'])
			.where('number', '>', number)
			.orderBy('number')
			.limit(PAGE)
			.$narrowType<Kept>()
			.execute()
};

/**
 * Writes out every checkpoint and receipt that this node's copy lacks, in their order: also what was
 * committed, and not written out before a death.
 */
export async function keepOutside({ db, outside, crash }: Used): Promise<void> {
	for (const kind of ['checkpoints', 'erasures'] as const) {
		let last = await outside.last(kind);
		while (last !== null) {
			const lines = await after[kind](db, last);
			await outside.keep(kind, lines);
			if (lines.length) crash('keep-outside:kept');
			last = lines.length === PAGE ? (lines.at(-1)?.number ?? null) : null;
		}
	}
}
