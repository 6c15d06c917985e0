import { svelte } from '@sveltejs/vite-plugin-svelte';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type Test = NonNullable<TestProjectInlineConfiguration['test']>;

/**
 * One project a layer. No SvelteKit here: what needs it is tested on the production build. Only
 * `pages` renders Svelte components, alone.
 */
const layer = (name: string, folder: string, test: Test = {}): TestProjectInlineConfiguration => ({
	test: {
		name,
		include: [`tests/${folder}/**/*.test.ts`],
		environment: 'node',
		// Only what hangs comes to these: a busy machine is no reason to fail.
		testTimeout: 60_000,
		hookTimeout: 120_000,
		...test
	}
});

const globalSetup = ['tests/support/global-setup.ts'];
const embedded = { TAPDONE_TEST_DB: 'embedded' };
const postgres = { TAPDONE_TEST_DB: 'postgres' };
/**
 * Tests of these layers wait for real clocks, processes and browsers. What a busy machine spoils is
 * tried once more, and the summary names it. Nothing that proves "once" by killing is tried twice.
 */
const timed = { globalSetup, retry: 1 };
/** Files of these layers start processes of their own: one file at a time. */
const whole = { globalSetup, fileParallelism: false, testTimeout: 240_000, hookTimeout: 240_000 };

const server = (names: string) => `tests/server/${names}.test.ts`;
/** No word of these depends on which database it is: they run once. */
const once = ['cli-*', 'config*', 'crypto-*', 'db-lock', 'forms'].map(server);
/**
 * Every file runs on PostgreSQL. On the embedded database all do in the long form; in the short one
 * those whose SQL, locks and jobs are most likely to differ there.
 */
const embeddedShort = [
	...['api-cases', 'api-open', 'audit-record', 'console-changes', 'console-switches'],
	...['db', 'db-*', 'desk-claims', 'desk-corrections', 'desk-incidents'],
	...['desk-settlements', 'erasure', 'flows-claims', 'flows-codes', 'flows-submit'],
	...[
		'flows-callbacks',
		'flows-sweep',
		'flows-trigger',
		'flows-writeback',
		'jobs',
		'outreach-limits'
	],
	...['outreach-steps', 'path', 'races*', 'serving-role', 'staff-sign-in']
].map(server);
const onEmbedded = process.env['TAPDONE_TEST_LONG'] ? [server('*')] : [...once, ...embeddedShort];

export default defineConfig({
	test: {
		passWithNoTests: false,
		projects: [
			layer('core', 'core'),
			layer('structure', 'structure', { testTimeout: 120_000 }),
			{ ...layer('pages', 'pages'), plugins: [svelte({ configFile: false })] },
			layer('security', 'security', { ...whole, ...timed, env: postgres }),
			layer('server-embedded', 'server', { ...timed, env: embedded, include: onEmbedded }),
			layer('server-postgres', 'server', {
				...timed,
				env: postgres,
				exclude: [...configDefaults.exclude, ...once]
			}),
			layer('peers', 'peers', { ...timed, env: postgres }),
			layer('simulation', 'simulation', { ...whole, env: postgres, testTimeout: 600_000 }),
			layer('e2e', 'e2e', { ...whole, ...timed, env: postgres })
		]
	}
});
