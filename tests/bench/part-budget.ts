import { newAgent } from './browser.ts';
import type { Options } from './options.ts';
import { startStage } from './stage.ts';
import { printSizes, weighAll } from './weigh-all.ts';

/** Bytes of every customer page and starter workflow, as the running server sends them. */
export async function benchBudget(options: Options): Promise<void> {
	const stage = await startStage();
	try {
		printSizes(await weighAll(stage, newAgent(options.connections)));
	} finally {
		await stage.close();
	}
}
