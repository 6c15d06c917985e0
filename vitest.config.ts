import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

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
		testTimeout: 20_000,
		hookTimeout: 60_000,
		...test
	}
});

const globalSetup = ['tests/support/global-setup.ts'];
const embedded = { TAPDONE_TEST_DB: 'embedded' };
const postgres = { TAPDONE_TEST_DB: 'postgres' };
/** Files of these layers start processes of their own: one file at a time. */
const whole = { globalSetup, fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
	test: {
		passWithNoTests: false,
		projects: [
			layer('core', 'core'),
			layer('structure', 'structure', { testTimeout: 60_000 }),
			{ ...layer('pages', 'pages'), plugins: [svelte({ configFile: false })] },
			layer('server-embedded', 'server', { globalSetup, env: embedded }),
			layer('server-postgres', 'server', { globalSetup, env: postgres }),
			layer('peers', 'peers', { globalSetup, env: postgres }),
			layer('simulation', 'simulation', { ...whole, env: postgres, testTimeout: 600_000 }),
			layer('security', 'security', { ...whole, env: postgres }),
			layer('e2e', 'e2e', { ...whole, env: postgres })
		]
	}
});
