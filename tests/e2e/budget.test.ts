import { afterAll, beforeAll, expect, test } from 'vitest';
import { newAgent } from '../bench/browser.ts';
import { type Stage, startStage } from '../bench/stage.ts';
import { printSizes, weighAll } from '../bench/weigh-all.ts';
import { BUDGET } from '../support/budget.ts';
import { LANGUAGES, STARTERS } from '../support/starters.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage?.close());

/** Only an action that asks for more than a code leads there. */
const RARE = 'verify: facts';

test(
	'every page of every starter in every language fits the budget, in the bytes that are sent',
	{ timeout: 600_000 },
	async () => {
		const sizes = await weighAll(stage, newAgent(8));
		printSizes(sizes);
		const pages = [...new Set(sizes.map(({ page }) => page))].filter((page) => page !== RARE);
		expect(pages.length).toBeGreaterThan(20);
		for (const { workflow } of STARTERS)
			for (const language of LANGUAGES) {
				const own = sizes.filter(
					(size) => size.workflow === workflow && size.language === language
				);
				const seen = own.map(({ page }) => page).filter((page) => page !== RARE);
				expect({ workflow, language, seen: seen.sort() }).toEqual({
					workflow,
					language,
					seen: pages.toSorted()
				});
			}
		const heavy = sizes.filter(({ bytes }) => bytes > BUDGET);
		expect(heavy.map((size) => Object.values(size).join(', '))).toEqual([]);
	}
);
