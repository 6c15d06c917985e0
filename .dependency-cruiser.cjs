// The import table of the design, line by line. A rule names what a folder may import; everything
// else is an error. `import type` counts only where the table speaks of more than types.

const { join } = require('node:path');

const DOMAIN = [
	'workflow',
	'policy',
	'case',
	'identity',
	'outreach',
	'writeback',
	'exceptions',
	'staff',
	'telemetry'
];
const lib = (path) => `^src/lib/${path}`;
const npm = (...names) => `^node_modules/(${names.join('|')})/`;
/** A production package, whatever its name; Node's own modules have the type `core`. */
const PACKAGES = '^node_modules/';
const DATABASE = npm('kysely', 'pg', 'pg-boss', '@electric-sql');

/** An error for every import from `from` that is in none of the `allowed` paths. */
const only = (name, comment, from, allowed, extra = {}) => ({
	name,
	comment,
	severity: 'error',
	from: { path: from },
	to: { pathNot: allowed, couldNotResolve: false, ...extra }
});
const never = (name, comment, from, to) => ({
	name,
	comment,
	severity: 'error',
	from: typeof from === 'string' ? { path: from } : from,
	to: typeof to === 'string' ? { path: to } : to
});
const valuesOnly = { dependencyTypesNot: ['type-only'] };

module.exports = {
	forbidden: [
		{
			name: 'no-cycles',
			severity: 'error',
			from: {},
			to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }
		},
		{
			name: 'resolvable',
			comment: 'SvelteKit makes $app, $env and ./$types itself.',
			severity: 'error',
			from: {},
			to: {
				couldNotResolve: true,
				pathNot: ['^\\$app/', '^\\$env/', '\\./\\$types(\\.js)?$', '/handler\\.js$']
			}
		},

		only('domain', 'The core: other domain folders and cel-js, nothing else.', lib('domain/'), [
			lib('domain/'),
			npm('@marcbachmann/cel-js')
		]),
		...DOMAIN.slice(0, -1).map((folder, index) =>
			never(
				`domain-${folder}-looks-left`,
				'Along the path a folder imports only from folders before it.',
				lib(`domain/${folder}/`),
				lib(`domain/(${DOMAIN.slice(index + 1).join('|')})/`)
			)
		),
		never(
			'domain-result-stands-alone',
			'Everybody imports it.',
			lib('domain/[^/]+$'),
			lib('domain/[^/]+/')
		),

		only('contracts', 'zod, phone numbers and domain types.', lib('contracts/'), [
			lib('contracts/'),
			lib('domain/'),
			npm('zod', 'libphonenumber-js')
		]),
		never(
			'contracts-take-domain-types',
			'Contracts reach the browser; the core stays out.',
			lib('contracts/'),
			{
				path: lib('domain/'),
				...valuesOnly
			}
		),

		only('ui', 'svelte, contracts, domain types and UI libraries.', lib('ui/'), [
			lib('ui/'),
			lib('contracts/'),
			lib('domain/'),
			npm('svelte', '@codemirror', '@lezer')
		]),
		never(
			'ui-takes-domain-types',
			'Pages show what they are given and decide nothing.',
			lib('ui/'),
			{
				path: lib('domain/'),
				...valuesOnly
			}
		),

		only(
			'flows',
			'domain, contracts, server/{db,jobs,crypto} and the types of the ports.',
			lib('server/flows/'),
			[
				lib('server/(flows|db|jobs|crypto|channels|records|outside|workflows)/'),
				lib('server/parts\\.ts$'),
				lib('domain/'),
				lib('contracts/'),
				// What server/db speaks and how rows are named.
				npm('kysely', 'uuid')
			]
		),
		never('flows-take-port-types', 'An adapter comes in as an argument.', lib('server/flows/'), {
			path: lib('server/(channels|records|outside|parts)'),
			...valuesOnly
		}),

		only(
			'adapters',
			'server/{channels,records}: their SDKs, domain and contracts.',
			lib('server/(channels|records)/'),
			[lib('server/(channels|records)/'), lib('domain/'), lib('contracts/'), PACKAGES],
			{ dependencyTypesNot: ['core'] }
		),
		never(
			'adapters-never-store',
			'Never db.',
			lib('server/(channels|records)/'),
			[DATABASE, lib('server/db/')].join('|')
		),
		only(
			'outside',
			'What is kept outside the database knows nothing of it.',
			lib('server/outside/'),
			[lib('server/outside/'), npm('zod')],
			{ dependencyTypesNot: ['core'] }
		),
		never(
			'audit-reads-only',
			'Verification works without the product: rows, public keys and files.',
			lib('server/audit/'),
			lib('(server/(?!(audit|db|crypto|outside)/)|ui/)')
		),
		never(
			'ports-do-not-meet',
			'Channels and records know nothing of each other.',
			lib('server/channels/'),
			lib('server/records/')
		),
		never(
			'ports-do-not-meet-either',
			'Channels and records know nothing of each other.',
			lib('server/records/'),
			lib('server/channels/')
		),

		only(
			'web',
			'SvelteKit, server/app, domain, and the flows and secrets that its guards ask.',
			lib('server/web/'),
			[
				lib('server/web/'),
				lib('server/app\\.ts$'),
				lib('server/flows/'),
				lib('server/crypto/secrets\\.ts$'),
				lib('server/recent\\.ts$'),
				lib('domain/'),
				lib('contracts/'),
				npm('@sveltejs/kit'),
				'^\\$(app|env)/',
				'\\$types'
			],
			{ dependencyTypesNot: ['type-only', 'core'] }
		),
		never(
			'web-types',
			'Of the other parts of the server, web knows the types only.',
			lib('server/web/'),
			{
				path: lib('server/(db|channels|records)/')
			}
		),
		never(
			'only-web-knows-sveltekit',
			'The rest of the server runs without it.',
			{ path: lib('(server|domain|contracts)/'), pathNot: lib('server/web/') },
			[npm('@sveltejs/kit'), '^\\$app/', '^\\$env/'].join('|')
		),

		only('routes', 'server/{web,flows}, contracts and ui.', '^src/routes/', [
			'^src/routes/',
			lib('server/(web|flows)/'),
			lib('contracts/'),
			lib('ui/'),
			npm('svelte', '@sveltejs/kit'),
			'^\\$(app|env)/',
			'\\$types'
		]),
		never(
			'routes-are-nobodys-library',
			'Nothing imports a route.',
			{ pathNot: '^(src/routes|tests)/' },
			'^src/routes/'
		),

		only(
			'workflows',
			'server/workflows reads documents: domain, contracts and yaml.',
			lib('server/workflows/'),
			[lib('server/workflows/'), lib('domain/'), lib('contracts/'), npm('yaml', 'zod', 'diff')],
			{ dependencyTypesNot: ['core'] }
		),
		never(
			'db-knows-no-flow',
			'Storage is below the flows.',
			lib('server/db/'),
			lib('(server/(flows|jobs|web|channels|records|workflows|app)|ui)')
		),
		never(
			'crypto-knows-nobody',
			'Keys and codes know nothing of what they protect; `recent` is below them.',
			lib('server/(crypto/|recent\\.ts$)'),
			lib('(server/(?!crypto/|recent\\.ts$)|ui/)')
		),
		never(
			'app-is-the-root',
			'The object that holds everything is for web, the process entry and the command line.',
			{ path: lib('server/(db|jobs|crypto|channels|records|flows|workflows|config)') },
			lib('server/app\\.ts$')
		),
		never(
			'server-stays-on-the-server',
			'Browser code holds no server code.',
			{ path: '^src/(lib/ui/|routes/.*\\.svelte$)' },
			lib('server/')
		),

		only(
			'demo',
			'Another organisation with its own system: it knows the contracts, what is public, and how a command is read.',
			'^src/demo/',
			['^src/demo/', '^src/cli/support/', lib('contracts/'), PACKAGES],
			{ dependencyTypesNot: ['core'] }
		),
		only('migrations', 'Frozen steps: Kysely and no code of the app.', '^migrations/', [
			'^migrations/',
			npm('kysely')
		]),
		never(
			'tests-stay-tests',
			'The product never imports a test.',
			{ pathNot: '^tests/' },
			'^tests/'
		),
		never(
			'production-packages-only',
			'What runs in production is installed there.',
			{
				path: '^(src/(lib/(domain|contracts|server)|cli|demo|main\\.ts)|migrations)',
				pathNot: lib('server/web/')
			},
			{ dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] }
		)
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: '^(build|tests/\\.cache|\\.svelte-kit|node_modules/\\.cache)/' },
		tsPreCompilationDeps: 'specify',
		tsConfig: { fileName: 'tsconfig.json' },
		webpackConfig: { fileName: join(__dirname, '.dependency-cruiser.alias.cjs') },
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['svelte', 'import', 'node', 'default', 'types'],
			extensions: ['.ts', '.js', '.svelte', '.d.ts']
		}
	}
};
