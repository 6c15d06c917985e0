export interface Layer {
	/** The vitest project of vitest.config.ts. */
	project: string;
	folder: string;
	proves: string;
	/** What has to be there before: the production build, a Chromium. `tests/structure` compares. */
	needs?: ('build' | 'browser')[];
}

/** The layers in the order in which `npm test` takes them, but for the last: it takes longest. */
export const LAYERS: Layer[] = [
	{ project: 'core', folder: 'core', proves: 'pure rules' },
	{ project: 'structure', folder: 'structure', proves: 'import table, guards, sizes' },
	{ project: 'pages', folder: 'pages', proves: 'customer pages: budget, languages, labels' },
	{
		project: 'security',
		folder: 'security',
		proves: 'attacks on the production build',
		needs: ['build', 'browser']
	},
	{ project: 'server-embedded', folder: 'server', proves: 'flows and SQL, embedded database' },
	{ project: 'server-postgres', folder: 'server', proves: 'flows and SQL, real PostgreSQL' },
	{ project: 'peers', folder: 'peers', proves: 'providers and systems of record with faults' },
	{
		project: 'simulation',
		folder: 'simulation',
		proves: 'what always holds, random faults',
		needs: ['build']
	},
	{
		project: 'e2e',
		folder: 'e2e',
		proves: 'journeys in Chromium on the production build',
		needs: ['build', 'browser']
	}
];
