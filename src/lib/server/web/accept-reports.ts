import type { DeliveryReport } from '../../contracts/callbacks.ts';
import { storeReports } from '../flows/store-callbacks.ts';
import { createGather } from './gather.ts';
import { parts } from './app.ts';

/** Stores what providers tell. They call by the hundred at once, and one commit serves many. */
export const acceptReports = createGather<DeliveryReport>((reports) =>
	storeReports(parts(), reports)
);
