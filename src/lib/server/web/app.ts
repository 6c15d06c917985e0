import { type App, startFromEnvironment } from '../app.ts';
import type { Parts } from '../parts.ts';

// The server's entry (src/main.ts) is not part of the bundle that holds this module: the app
// crosses over under a registered symbol.
const KEY = Symbol.for('tapdone.app');
const shared = globalThis as { [KEY]?: App };

/** Builds the app once, at the server's start; stops the start with a readable list if it cannot. */
export async function startApp(): Promise<void> {
	shared[KEY] ??= await startFromEnvironment(process.env);
}

/** The app of this process. Asked before `startApp` has ended, it is a bug. */
export function app(): App {
	const built = shared[KEY];
	if (!built) throw new Error('The app was asked for before the server had started.');
	return built;
}

export const parts = (): Parts => app().parts;
