const BAR = 24;
const EVERY_MS = 100;
/** Small files need no lines. */
const EVERY_LINE_MS = 1000;

export interface Counts {
	opened: number;
	held: number;
	joined: number;
	refused: number;
}

export const totalOf = ({ opened, held, joined, refused }: Counts): number =>
	opened + held + joined + refused;

export const countsText = ({ opened, held, joined, refused }: Counts): string =>
	`opened ${opened}, held ${held}, joined ${joined}, refused ${refused}`;

/**
 * Shows how far an import is: one moving line on a terminal, a line for each tenth elsewhere.
 * @param now milliseconds of a clock that only goes forward
 */
export function createProgress(
	out: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>,
	name: string,
	now: () => number = () => performance.now()
) {
	let shownAt = out.isTTY ? -Infinity : now();
	let drawn = 0;
	let tenth = 0;
	return {
		/** @param given how much is done, from 0 to 1; a file that grows meanwhile may give more */
		show(given: number, counts: Counts): void {
			const share = Math.min(1, given);
			const passed = now() - shownAt;
			if (out.isTTY) {
				// The end is drawn at once: nothing comes after it.
				if (passed < EVERY_MS && (share < 1 || drawn === 1)) return;
				shownAt = now();
				drawn = share;
				const full = Math.round(share * BAR);
				const bar = '█'.repeat(full) + '░'.repeat(BAR - full);
				const percent = String(Math.floor(share * 100)).padStart(3);
				const text = `${bar} ${percent} %  ${name}: ${countsText(counts)}`;
				out.write(`\r\u001b[K${text.slice(0, Math.max(20, (out.columns || 80) - 1))}`);
				return;
			}
			const reached = Math.floor(share * 10);
			if (reached <= tenth || reached >= 10 || passed < EVERY_LINE_MS) return;
			tenth = reached;
			shownAt = now();
			out.write(`${name}: ${reached}0 %, ${countsText(counts)}\n`);
		},
		/** Ends the moving line. */
		end(): void {
			if (out.isTTY) out.write('\r\u001b[K');
		}
	};
}
