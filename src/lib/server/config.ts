import { demoKeys } from './config/demo-keys.ts';
import { type Env, readConfig } from './config/read.ts';

export { demoKeys } from './config/demo-keys.ts';
export { configHelp, configTable, describeConfig, printProblems } from './config/describe.ts';
export { type Config, readConfig } from './config/read.ts';

/** `readConfig` for a start: a demo makes, or finds again, the keys that were not given. */
export function loadConfig(env: Env): ReturnType<typeof readConfig> {
	if (env['TAPDONE_ENV']?.trim() !== 'demo') return readConfig(env);
	const given = Object.entries(env).filter(([, text]) => text?.trim());
	return readConfig({
		...demoKeys(env['TAPDONE_DATA']?.trim() || './data'),
		...Object.fromEntries(given)
	});
}
