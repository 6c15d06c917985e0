import type { Options, Part } from './options.ts';
import { benchBudget } from './part-budget.ts';
import { benchCallbacks } from './part-callbacks.ts';
import { benchCodes } from './part-codes.ts';
import { benchDesk } from './part-desk.ts';
import { benchJourney } from './part-journey.ts';
import { benchOpening } from './part-opening.ts';
import { benchPages } from './part-pages.ts';
import { benchVolume } from './part-volume.ts';

/** What `npm run bench` can measure, by name. */
export const parts: Record<Part, (options: Options) => Promise<void>> = {
	budget: benchBudget,
	pages: benchPages,
	journey: benchJourney,
	opening: benchOpening,
	volume: benchVolume,
	desk: benchDesk,
	callbacks: benchCallbacks,
	codes: benchCodes
};
