import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { DeliveryReport } from '../../contracts/callbacks.ts';
import { storeReports } from '../flows/store-callbacks.ts';
import { parts } from './app.ts';
import { isAway } from './busy.ts';
import { createGather } from './gather.ts';

const MOMENT_MS = 2;

/** Stores what providers tell. They call by the hundred at once, and one commit serves many. */
export const acceptReports = createGather<DeliveryReport>({
	store: (reports) => storeReports(parts(), reports),
	isNobodys: isAway,
	// To write the answers may take longer than the moment: it begins behind them.
	moment: () => turn().then(() => wait(MOMENT_MS))
});
